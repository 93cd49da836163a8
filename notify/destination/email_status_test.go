package destination_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lineman/internal/config"
	"lineman/internal/fake/postfix"
	"lineman/models"
)

// scripted is an SMTP server that answers as it should but for one stage, where
// it answers with a code and with all that it was told so far.
func scripted(t *testing.T, stage string, code int) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go converse(c, stage, code)
		}
	}()
	return ln.Addr().String()
}

func converse(c net.Conn, stage string, code int) {
	defer c.Close()
	r := bufio.NewScanner(c)
	heard := ""
	say := func(at, text string) bool {
		if at == stage {
			text = fmt.Sprintf("%d heard %s", code, heard)
		}
		_, err := c.Write([]byte(text + "\r\n"))
		return err == nil
	}
	if !say("greeting", "220 mx ESMTP") {
		return
	}
	body := false
	for r.Scan() {
		line := r.Text()
		verb := strings.ToUpper(strings.SplitN(line, " ", 2)[0])
		if !body {
			heard += line + " "
		}
		good := true
		switch {
		case body && line == ".":
			body = false
			good = say("dot", "250 taken")
		case body:
		case verb == "EHLO" && stage == "ehlo", verb == "HELO":
			good = say("ehlo", "250 mx")
		case verb == "EHLO":
			good = say("", "250-mx\r\n250-SIZE 30000000\r\n250 AUTH PLAIN LOGIN")
		case verb == "AUTH":
			good = say("auth", "235 in")
		case verb == "MAIL":
			good = say("mail", "250 ok")
		case verb == "RCPT":
			good = say("rcpt", "250 ok")
		case verb == "DATA":
			body = stage != "data"
			good = say("data", "354 go on")
		case verb == "QUIT":
			say("quit", "221 bye")
			return
		default:
			good = say("", "500 what?")
		}
		if !good {
			return
		}
	}
}

// TestMailStatuses is the table of what each SMTP reply means at each stage.
func TestMailStatuses(t *testing.T) {
	for _, stage := range []string{"greeting", "ehlo", "auth", "mail", "rcpt", "data", "dot"} {
		for _, code := range []int{420, 421, 432, 450, 451, 452, 454, 455, 459, 500, 501, 502, 503, 504, 521, 530, 534, 535, 538, 550, 551, 552, 553, 554, 555, 599} {
			s := config.Destination{Email: config.EmailDestination{
				URL: "smtp+plain://" + scripted(t, stage, code), From: "lineman@customer.example", To: []string{"noc@customer.example"}, Account: "noc", Secret: canary,
			}}
			_, err := made(t, options(), s).Deliver(t.Context(), about(work(), models.EventNew))
			if err == nil {
				t.Errorf("%s: %d is a success", stage, code)
				continue
			}
			secretFree(t, err)
			if f := failure(t, err); f.Fatal != (code >= 500) || f.After != 0 || !strings.Contains(err.Error(), fmt.Sprint(code)) {
				t.Errorf("%s: %d: fatal %v after %v: %v", stage, code, f.Fatal, f.After, err)
			}
		}
	}
	s := config.Destination{Email: config.EmailDestination{
		URL: "smtp+plain://" + scripted(t, "quit", 554), From: "lineman@customer.example", To: []string{"noc@customer.example"},
	}}
	if _, err := made(t, options(), s).Deliver(t.Context(), about(work(), models.EventNew)); err != nil {
		t.Errorf("a mail was taken and the good-bye was not: %v", err)
	}
}

// A real Postfix takes mail for some, refuses others, and hands on what it was
// given.
func TestMailThroughPostfix(t *testing.T) {
	server := postfix.New(t)
	taken := filepath.Join(server.Work(), "mail")
	server.Start("cat >" + taken + ".part && mv " + taken + ".part " + taken + "\n")
	d := made(t, options(), config.Destination{Email: config.EmailDestination{
		URL: "smtp+plain://" + server.Addr(), From: "lineman <lineman@customer.example>", To: []string{"NOC <noc@customer.example>"},
	}})
	m := work()
	m.Summary = "a dot:\r\n.\r\nand more – " + strings.Repeat("日本", 500)
	p := about(m, models.EventNew)
	p.Root = "k-0000.lineman@customer.example"
	if _, err := d.Deliver(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	server.Drain()
	raw, err := os.ReadFile(taken)
	if err != nil {
		t.Fatal(err)
	}
	h, parts := opened(t, bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n")))
	for name, want := range map[string]string{
		"Message-Id": "<k-0001.lineman@customer.example>", "References": "<k-0000.lineman@customer.example>", "Return-Path": "<lineman@customer.example>",
		"Auto-Submitted": "auto-generated",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := calendars(t, parts, true); len(got) != 1 || !strings.HasPrefix(got[0], "REQUEST 0191-m1-primary-1@lineman 4 CONFIRMED") {
		t.Errorf("calendar entries %v", got)
	}
	if len(h["Dkim-Signature"]) != 0 || len(h["Subject"]) != 1 {
		t.Errorf("the header is %v", h)
	}
}
