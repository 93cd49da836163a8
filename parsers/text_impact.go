package parsers

import (
	"regexp"
	"strings"
	"sync"

	"lineman/models"
)

// ImpactWords are the phrases by which a layout says an impact, in the order
// in which they are looked for; phrases are in lower case as Plain gives them.
type ImpactWords []ImpactPhrases

// ImpactPhrases are the phrases of one impact.
type ImpactPhrases struct {
	Impact  models.Impact
	Phrases []string
}

// CommonImpact are the words that all layouts share. What says that nothing
// happens comes first, because it contains the words for what does.
var CommonImpact = ImpactWords{
	{models.ImpactNone, []string{"no impact", "no expected impact", "no service impact", "no impact expected", "none expected", "non-impact",
		"not impact", "no outage", "no downtime", "no interruption", "no disruption", "not service affecting", "non-service affecting",
		"non service affecting", "non service impacting", "non-service impacting", "not affected", "not be affected", "no effect",
		"not impacted", "not be impacted", "no loss of service", "no service affecting", "no service-affecting", "not expected to be service affecting",
		"no traffic loss", "no packet loss", "hitless", "zero downtime", "zero impact", "without impact", "without any impact", "without outage",
		"nil impact", "interruption-free", "interruption free", "downtime: none", "outage: none", "impact: none",
		"影響はございません", "影響はありません", "影響なし", "無影響", "영향이 없습니다", "영향 없음", "没有影响", "無影響", "无影响"}},
	{models.ImpactReducedRedundancy, []string{"loss of redundancy", "redundancy loss", "reduced redundancy", "reduction in redundancy",
		"reduction of redundancy", "lose redundancy", "without redundancy", "redundancy will be lost", "loss of diversity", "loss of protection",
		"unprotected", "reduced resilien", "loss of resilien", "resilience loss", "resiliency loss", "protection switch", "protect switch", "switch hit", "switch-hit", "switching hit", "at risk", "at-risk",
		"冗長性の低下", "冗長性が失われ", "冗長性"}},
	{models.ImpactDegraded, []string{"degraded", "degradation", "packet loss", "increased latency", "reduced capacity", "latency increase", "latency will increase", "higher latency", "increase in latency", "increase of latency", "reduced bandwidth",
		"partial", "slowness"}},
	{models.ImpactOutage, []string{"hard down", "outage", "service interruption", "interruption", "unavailable", "downtime", "loss of service",
		"disruption", "service affecting", "service-affecting", "service impacting", "service-impacting", "intermittent", "flap", "link down",
		"will be impacted", "will be affected", "traffic loss", "停止", "瞬断", "切断", "中断", "断が発生"}},
}

// zeroTime is a length of time of nothing: "0 min", "00:00:00", "0 hours 0 minutes".
var zeroTime = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\W*(?:0+(?:[:.]0+)* ?(?:days?|hours?|hrs?|minutes?|mins?|seconds?|secs?|ms|d|h|m|s)?\W*)+$`)
})

// Find gives the impact that a text says, and the phrase that says it. text
// need not be prepared.
func (w ImpactWords) Find(text string) (models.Impact, string, bool) {
	plain := Plain(Clip(text, 4<<10))
	switch strings.Trim(plain, " .-") {
	case "":
		return "", "", false
	case "none", "no", "nil", "n/a", "not applicable", "zero", "outage: no", "downtime: no", "impact: no":
		return models.ImpactNone, plain, true
	}
	if strings.HasPrefix(strings.TrimLeft(plain, "~( "), "0") && zeroTime().MatchString(plain) {
		return models.ImpactNone, plain, true
	}
	sieve := NewSieve(plain)
	for _, s := range w {
		phrase, ok := s.find(sieve)
		if !ok {
			continue
		}
		if s.Impact == models.ImpactNone { // "no outage, but a loss of redundancy"
			for _, o := range w {
				if o.Impact == models.ImpactReducedRedundancy {
					if p, ok := o.find(sieve); ok {
						return o.Impact, p, true
					}
				}
			}
		}
		return s.Impact, phrase, true
	}
	return "", "", false
}

// find gives the first phrase that a text has without a no before it.
func (s ImpactPhrases) find(sieve *Sieve) (string, bool) {
	plain := sieve.text
	for _, phrase := range s.Phrases {
		i := sieve.Index(phrase)
		if i < 0 || !wordStart(plain, i) || s.Impact == models.ImpactNone && supposed(plain, i) {
			continue
		}
		switch before := strings.TrimSpace(plain[:i]); {
		case strings.HasSuffix(before, " no"), before == "no", strings.HasSuffix(before, "without"), strings.HasSuffix(before, "not"),
			strings.HasSuffix(before, "non"), strings.HasSuffix(before, "no expected"), strings.HasSuffix(before, "any"):
			continue
		}
		return phrase, true
	}
	return "", false
}

// Impact gives the impact for export: what the words say; OUTAGE where they
// say nothing that is known. known is false when there are words and none of
// them is known, so that the caller can keep the raw words and warn.
func (w ImpactWords) Impact(raw string) (impact models.Impact, known bool) {
	if i, _, ok := w.Find(raw); ok {
		return i, true
	}
	return models.ImpactOutage, strings.TrimSpace(raw) == ""
}
