package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lineman/internal/config"
)

// Grade is how a check of an installation ended.
type Grade string

// The grades: nothing to do; works, but should be changed; does not work.
const (
	GradeOK   Grade = "ok"
	GradeWarn Grade = "warn"
	GradeFail Grade = "fail"
)

// Finding is what a check of an installation found: one line that says what is
// so and, unless all is well, what to do.
type Finding struct {
	Check string `json:"check"` // what was looked at, for example "source noc"
	Grade Grade  `json:"status"`
	Text  string `json:"text"`
}

// String is the line.
func (f Finding) String() string { return fmt.Sprintf("%-4s  %s: %s", f.Grade, f.Check, f.Text) }

// DoctorOptions are what Doctor looks at.
type DoctorOptions struct {
	Reading config.Reading
	Now     func() time.Time // nil: time.Now
	Within  time.Duration    // for each check; 0: 20 s
}

const (
	doctorWithin = 20 * time.Second
	doctorGrace  = 2 * time.Second // for a check to heed that its time is over
)

// doctor checks one installation.
type doctor struct {
	DoctorOptions
	config config.Config
}

// doctorCheck is one check; a check that is cancelled tells so in its findings.
type doctorCheck struct {
	name string
	look func(context.Context) []Finding
}

// Doctor checks an installation and changes nothing in it. All checks run side
// by side; their findings are told in a fixed order, as soon as they are there.
// failed says that one of them is a GradeFail.
func Doctor(ctx context.Context, o DoctorOptions, tell func(Finding)) (failed bool) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Within <= 0 {
		o.Within = doctorWithin
	}
	d := &doctor{DoctorOptions: o, config: o.Reading.Config}
	var answers []<-chan []Finding
	for _, c := range d.checks() {
		answers = append(answers, d.start(ctx, c))
	}
	for _, a := range answers {
		for _, f := range <-a {
			f.Text = strings.Join(strings.FieldsFunc(f.Text, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
			failed = failed || f.Grade == GradeFail
			tell(f)
		}
	}
	return failed
}

func (d *doctor) checks() []doctorCheck {
	list := []doctorCheck{
		{"configuration", d.configuration},
		{"files", d.files},
		{"time zones", d.zones},
		{"database", d.database},
	}
	for i, src := range d.config.Sources {
		list = append(list, doctorCheck{sourceTitle(i, src), func(ctx context.Context) []Finding { return d.source(ctx, i) }})
	}
	list = append(list, doctorCheck{"trust", d.trust})
	for i, c := range d.config.Inventories {
		list = append(list, doctorCheck{inventoryTitle(i, c), func(ctx context.Context) []Finding { return d.inventory(ctx, i) }})
	}
	list = append(list, d.platforms()...)
	list = append(list, d.announcements()...)
	if d.config.Propose.On() {
		list = append(list, doctorCheck{"propose", d.model})
	}
	return append(list, doctorCheck{"parsers", d.parsers})
}

// start runs a check within its time. One that does not heed the end of it
// (a file on a dead network share) is told and left behind: the program ends
// after its checks.
func (d *doctor) start(ctx context.Context, c doctorCheck) <-chan []Finding {
	out := make(chan []Finding, 1)
	go func() {
		ctx, cancel := context.WithTimeout(ctx, d.Within)
		defer cancel()
		found := make(chan []Finding, 1)
		go func() { found <- c.look(ctx) }()
		select {
		case list := <-found:
			out <- list
		case <-time.After(d.Within + doctorGrace):
			out <- []Finding{fail(c.name, "did not end within %v; look for a disk or network share that does not answer", d.Within)}
		}
	}()
	return out
}

func (d *doctor) configuration(context.Context) []Finding {
	const name = "configuration"
	var list []Finding
	if d.Reading.Err != nil {
		for _, line := range strings.Split(d.Reading.Err.Error(), "\n") {
			list = append(list, fail(name, "%s", line))
		}
		return list
	}
	if d.Reading.File == "" {
		list = append(list, fine(name, "there is no file; the defaults and the environment hold"))
	} else {
		list = append(list, fine(name, "%s is right", d.Reading.File))
	}
	if len(d.config.Sources) == 0 {
		list = append(list, warn(name, "no mailbox is configured; add one under notification_sources"))
	}
	return list
}

func fine(check, format string, args ...any) Finding {
	return Finding{check, GradeOK, fmt.Sprintf(format, args...)}
}

func warn(check, format string, args ...any) Finding {
	return Finding{check, GradeWarn, fmt.Sprintf(format, args...)}
}

func fail(check, format string, args ...any) Finding {
	return Finding{check, GradeFail, fmt.Sprintf(format, args...)}
}

// unchecked says that settings have to be put right before a check makes sense.
func unchecked(check string) Finding {
	return warn(check, "not checked, because its settings are wrong; put them right as the configuration's lines say")
}

// advised gives an error with advice, unless it has its own.
func advised(err error, advice string) string {
	text := strings.ReplaceAll(err.Error(), "\n", ", ")
	if strings.Contains(text, "; ") {
		return text
	}
	return text + "; " + advice
}
