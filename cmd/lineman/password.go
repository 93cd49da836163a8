package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"lineman/models"
)

// maxLine bounds a line that holds a password.
const maxLine = 4096 // bytes

// readPassword reads a password: a terminal is asked twice and shows nothing,
// anything else gives its first line. It never comes from the command's words,
// which others on the machine can see.
func readPassword(cmd *cobra.Command, from string) (string, error) {
	if from != "-" {
		file, err := os.Open(from)
		if err != nil {
			return "", models.Invalid("password", "%v", err)
		}
		defer file.Close()
		return firstLine(file)
	}
	in := cmd.InOrStdin()
	file, is := in.(*os.File)
	if !is || !term.IsTerminal(int(file.Fd())) {
		return firstLine(in)
	}
	first, err := ask(cmd, file, "New password: ")
	if err != nil {
		return "", err
	}
	again, err := ask(cmd, file, "Again: ")
	if err != nil {
		return "", err
	}
	if first != again {
		return "", models.Invalid("password", "the two are not the same; nothing was changed")
	}
	return first, nil
}

func ask(cmd *cobra.Command, terminal *os.File, question string) (string, error) {
	fmt.Fprint(cmd.ErrOrStderr(), question)
	text, err := term.ReadPassword(int(terminal.Fd()))
	fmt.Fprintln(cmd.ErrOrStderr())
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return string(text), nil
}

func firstLine(in io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, maxLine)).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", fmt.Errorf("read the password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", models.Invalid("password", "there is none on the first line")
	}
	return line, nil
}
