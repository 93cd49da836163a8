package app

import (
	"context"
	"errors"
	"fmt"

	"lineman/ingest"
	"lineman/ingest/mailbox"
	"lineman/internal/config"
	"lineman/internal/oauth"
	"lineman/models"
)

// maxListed is how many folders of a source are opened.
const maxListed = 100

func sourceTitle(i int, src config.Source) string {
	if src.Name == "" {
		return fmt.Sprintf("source %d", i)
	}
	return "source " + src.Name
}

// source logs in, finds the folders and lists each of them, read-only.
func (d *doctor) source(ctx context.Context, i int) []Finding {
	src := d.config.Sources[i]
	title := sourceTitle(i, src)
	if !d.Reading.Usable(fmt.Sprintf("notification_sources[%d]", i)) {
		return []Finding{unchecked(title)}
	}
	kind, err := mailbox.Find(src)
	if err != nil {
		return []Finding{fail(title, "%s", advised(err, "correct its url"))}
	}
	if c, err := oauth.ReadCredentials(src); src.CredentialsFile != "" && err == nil && c.Kind != oauth.KindServiceAccount {
		return d.consented(title, src) // its token is in the database
	}
	box, err := mailbox.Open(src, mailbox.Options{})
	if err != nil {
		return []Finding{fail(title, "%s", advised(err, "correct its settings"))}
	}
	defer box.Close() // nothing was written
	folders, err := box.Folders(ctx)
	var list []Finding
	if err != nil {
		list = append(list, fail(title, "%s", d.refusal(ctx, err)))
	}
	listed := min(len(folders), maxListed)
	for _, folder := range folders[:listed] {
		_, err := box.List(ctx, folder, models.Cursor{Folder: folder}, d.Now().AddDate(0, 0, -1), 1)
		if err == nil {
			continue
		}
		list = append(list, fail(title, "folder %q: %s", folder, d.refusal(ctx, err)))
		if !errors.Is(err, ingest.ErrFolder) {
			break
		}
	}
	switch {
	case len(list) > 0:
	case listed < len(folders):
		list = append(list, fine(title, "logged in over %s; the first %d of %d folders can be read", kind.Name, listed, len(folders)))
	default:
		list = append(list, fine(title, "logged in over %s; %s can be read", kind.Name, clip(folders, 5)))
	}
	return list
}

// consented tells about a source behind a person's consent, which only the
// database knows.
func (d *doctor) consented(title string, src config.Source) []Finding {
	if len(d.config.SecretKeys) == 0 {
		return []Finding{fail(title, "secret_key is missing, and its token is stored encrypted with it; make one with: openssl rand -base64 32")}
	}
	return []Finding{warn(title, "it is read by a person's consent, which is not looked at here; run: lineman sources validate %s", src.Name)}
}

// refusal says why a mailbox could not be read, and what to do.
func (d *doctor) refusal(ctx context.Context, err error) string {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %v; check the address, and that the server can be reached from here", d.Within)
	case errors.Is(err, ingest.ErrLogin):
		return advised(err, "check account and secret")
	case errors.Is(err, ingest.ErrFolder):
		return advised(err, "check folders")
	}
	return advised(err, "check the address, and that the server can be reached from here")
}
