package config

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// labelKeys are the keys of a source's labels.
var labelKeys = []string{"parsed", "unknown-provider", "parsing-failed", "ignored", "out-of-sequence", "unknown-cids"}

// reservedSources are the names of mail that is handed over or brought in files.
var reservedSources = []string{"push", "import"}

// sourceURLs says what the URL of a source may be.
const sourceURLs = "imap://HOST, imap+starttls://HOST, imap+plain://HOST, https://accounts.google.com/o/oauth2/auth, " +
	"graph://TENANT, maildir:///PATH or folder:///PATH"

func (d *decoder) sources(list []Source) {
	first := map[string]int{}
	for i, s := range list {
		key := fmt.Sprintf("notification_sources[%d]", i)
		d.source(key, s)
		if s.Name == "" {
			continue
		}
		if j, ok := first[s.Name]; ok {
			d.add(key+".name", "%q is also the name of notification_sources[%d]; choose another", s.Name, j)
			continue
		}
		first[s.Name] = i
	}
}

func (d *decoder) source(key string, s Source) {
	d.present(key+".name", s.Name, "choose a name for the source")
	if len(s.Name) > 100 || strings.ContainsFunc(s.Name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		d.add(key+".name", "is too long or has control characters; use up to 100 plain ones")
	}
	if slices.Contains(reservedSources, s.Name) {
		d.add(key+".name", "%q is the name of what comes without a mailbox; choose another", s.Name)
	}
	d.sourceURL(key, s)
	d.present(key+".source_header", s.SourceHeader, "name the header that tells the sender, usually From")
	d.oneOf(key+".auth", s.Auth, "login", "xoauth2")
	d.oneOf(key+".label_mode", s.LabelMode, "keyword", "folder", "none")
	d.oneOf(key+".mode", s.Mode, "live", "shadow")
	if s.Folder != "" && len(s.Folders) > 0 {
		d.add(key+".folders", "is set beside folder; keep one of them")
	}
	if s.AttachAllProviders && len(s.Providers) > 0 {
		d.add(key+".providers", "is set beside attach_all_providers: true; keep one of them")
	}
	d.words(key+".folders", s.Folders)
	d.words(key+".providers", s.Providers)
	d.words(key+".limit_emails_with_not_header_from", s.LimitFrom)
	d.words(key+".extra_scopes", s.ExtraScopes)
	for _, name := range slices.Sorted(maps.Keys(s.Labels)) {
		if !slices.Contains(labelKeys, name) {
			at := key + ".labels." + name
			d.unknown(at, name, d.where[at], labelKeys)
		}
	}
	if s.Schedule != "" {
		d.cron(key+".schedule", s.Schedule)
	}
}

// sourceURL checks the URL and what its kind of mailbox needs. The URL is not
// shown where it may hold a password.
func (d *decoder) sourceURL(key string, s Source) {
	at := key + ".url"
	if s.URL == "" {
		d.present(at, s.URL, "use "+sourceURLs)
		return
	}
	u, err := url.Parse(s.URL)
	if err != nil {
		d.add(at, "is no URL; use %s", sourceURLs)
		return
	}
	if u.User != nil {
		d.add(at, "holds a user name or password; write them as account and secret")
		return
	}
	switch u.Scheme {
	case "imap", "imaps", "imap+starttls", "imap+plain":
		if u.Hostname() == "" {
			d.add(at, "names no host; use %s", sourceURLs)
		}
		d.present(key+".account", s.Account, "write the user name of the mailbox")
		if s.CredentialsFile == "" {
			d.present(key+".secret", s.Secret.Reveal(), "write ${NAME} of an environment variable, or file:/path")
		}
	case "https":
		if u.Host != "accounts.google.com" {
			d.add(at, "the host %q is not accounts.google.com; use %s", u.Host, sourceURLs)
		}
		d.present(key+".account", s.Account, "write the address of the mailbox")
		d.present(key+".credentials_file", s.CredentialsFile, "name the file of the service account or OAuth client")
	case "graph":
		if u.Host == "" {
			d.add(at, "names no tenant; use %s", sourceURLs)
		}
		d.present(key+".account", s.Account, "write the address of the mailbox")
		d.present(key+".client_id", s.ClientID, "write the application (client) ID of the app registration")
		d.present(key+".secret", s.Secret.Reveal(), "write the client secret as ${NAME} of an environment variable, or file:/path")
	case "maildir", "folder":
		if !strings.HasPrefix(u.Path, "/") || u.Host != "" {
			d.add(at, "names no absolute path; use %s", sourceURLs)
		}
	default:
		d.add(at, "the scheme %q is unknown; use %s", u.Scheme, sourceURLs)
	}
}
