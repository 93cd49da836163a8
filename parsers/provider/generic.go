package provider

import "lineman/parsers"

// genericProvider reads the calendars of the maintenance notice standard for
// everybody who has no layout of their own.
func genericProvider() parsers.Provider {
	return parsers.Provider{
		Slug:    parsers.GenericSlug,
		Aliases: []string{"generic"},
		Name:    "Generic",
		Formats: []parsers.Format{checkedCalendar(calendarLabels, calendarDetails...)},
	}
}

// calendarOnly is a provider of which lineman reads the calendar of the
// standard and no layout of its own; one that has formats is left as it is.
func calendarOnly(p parsers.Provider) parsers.Provider {
	if len(p.Formats) > 0 {
		return p
	}
	p.Formats = calendarMail()
	return p
}
