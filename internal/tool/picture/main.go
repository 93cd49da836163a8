// Command picture draws what a command printed as a terminal window, in SVG:
// text on standard input, the picture on standard output. Its argument is the
// command line to show above the text. It knows no colours and no cursor.
package main

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// The picture's measures, in pixels.
const (
	charWidth  = 8
	lineHeight = 19
	margin     = 20
	titleBar   = 36
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: some command | picture 'some command' >picture.svg")
		os.Exit(2)
	}
	if err := draw(os.Stdout, os.Stdin, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

// draw reads the text to its end and writes the picture.
func draw(w io.Writer, text io.Reader, command string) error {
	lines := []string{"$ " + command}
	longest := utf8.RuneCountInString(lines[0])
	scan := bufio.NewScanner(text)
	for scan.Scan() {
		line := strings.TrimRight(scan.Text(), " \r")
		lines = append(lines, line)
		longest = max(longest, utf8.RuneCountInString(line))
	}
	if err := scan.Err(); err != nil {
		return fmt.Errorf("read the text: %w", err)
	}
	for lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	width := longest*charWidth + 2*margin
	height := len(lines)*lineHeight + titleBar + margin

	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(command))
	fmt.Fprintf(&b, `<rect width="%d" height="%d" rx="8" fill="#1d232b"/>`+"\n", width, height)
	for i, colour := range []string{"#ee6a5f", "#f5bd4f", "#62c554"} {
		fmt.Fprintf(&b, `<circle cx="%d" cy="18" r="6" fill="%s"/>`+"\n", margin+i*20, colour)
	}
	b.WriteString(`<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13" fill="#d5dbe2">` + "\n")
	for i, line := range lines {
		if line == "" {
			continue
		}
		fill := ""
		if i == 0 {
			fill = ` fill="#8fd28a"`
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" xml:space="preserve" textLength="%d"%s>%s</text>`+"\n",
			margin, titleBar+(i+1)*lineHeight-5, utf8.RuneCountInString(line)*charWidth, fill, html.EscapeString(line))
	}
	b.WriteString("</g>\n</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}
