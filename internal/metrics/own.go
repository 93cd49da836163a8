package metrics

import (
	"context"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lineman/models"
)

// ownCollector is what lineman tells of itself.
type ownCollector struct{ o Options }

var (
	mailsDesc       = prometheus.NewDesc("lineman_mails", "Mails kept, by source, provider and state", []string{"source", "provider", "state"}, nil)
	sourceUpDesc    = prometheus.NewDesc("lineman_source_up", "Whether the last pass over a source succeeded", []string{"source"}, nil)
	lastSuccessDesc = prometheus.NewDesc("lineman_source_last_success_timestamp_seconds", "When a pass over a source last succeeded", []string{"source"}, nil)
	lastMailDesc    = prometheus.NewDesc("lineman_source_last_mail_timestamp_seconds", "When the newest mail of a source was received", []string{"source"}, nil)
	lagDesc         = prometheus.NewDesc("lineman_source_lag_seconds", "How long the newest mail of a source waited in its mailbox until it was kept", []string{"source"}, nil)
	windowDesc      = prometheus.NewDesc("lineman_source_window_messages", "Messages since the start of the window when mailbox and ledger were last compared: in the mailbox, in the ledger, of them kept and skipped, and in no ledger", []string{"source", "where"}, nil)
	comparedDesc    = prometheus.NewDesc("lineman_source_compared_timestamp_seconds", "When mailbox and ledger were last compared", []string{"source"}, nil)
	errorDesc       = prometheus.NewDesc("lineman_source_error_info", "Why the last pass over a source failed; absent after a success", []string{"source", "reason"}, nil)
	watchingDesc    = prometheus.NewDesc("lineman_source_watching", "Whether this process is told of a source's new mail at once; 0 also while another process is", []string{"source"}, nil)
	phaseDesc       = prometheus.NewDesc("lineman_maintenance_phase", "Maintenances by phase", []string{"phase"}, nil)
	mailsUp         = collectorUp("mails")
	sourcesUp       = collectorUp("sources")
	phasesUp        = collectorUp("phases")
	queueUp         = collectorUp("queue")
	trustUp         = collectorUp("trust")
	trustDesc       = prometheus.NewDesc("lineman_notices_trust", "Notices by provider and by how sure it is that they come from it", []string{"provider", "level"}, nil)
	findingsUp      = collectorUp("findings")
	jobsUp          = collectorUp("jobs")
	jobsDesc        = prometheus.NewDesc("lineman_jobs_waiting", "Jobs that are due and not begun, by kind", []string{"kind"}, nil)
	jobsAgeDesc     = prometheus.NewDesc("lineman_jobs_oldest_seconds", "How long the oldest job of a kind is due; 0 when none is", []string{"kind"}, nil)
	findingsDesc    = prometheus.NewDesc("lineman_findings", "Open findings, where maintenances that fall together take circuits down, by severity", []string{"severity"}, nil)
	queueDesc       = prometheus.NewDesc("lineman_queue_waiting", "What waits: kept mail that was not read yet, and messages whose labels are due by source", []string{"queue", "source"}, nil)
	queueAgeDesc    = prometheus.NewDesc("lineman_queue_oldest_seconds", "How long the oldest of it waits; 0 when nothing does", []string{"queue", "source"}, nil)
)

func collectorUp(name string) *prometheus.Desc {
	return prometheus.NewDesc("lineman_collector_up", "Whether the records behind these metrics could be read", nil, prometheus.Labels{"collector": name})
}

// Describe sends the descriptions.
func (c *ownCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{mailsDesc, sourceUpDesc, lastSuccessDesc, lastMailDesc, lagDesc, windowDesc, comparedDesc, watchingDesc, errorDesc, phaseDesc, mailsUp, sourcesUp, phasesUp, queueUp, queueDesc, queueAgeDesc, findingsUp, findingsDesc, trustUp, trustDesc, jobsUp, jobsDesc, jobsAgeDesc} {
		ch <- d
	}
}

// Collect reads each kind by itself, so that one that cannot be read takes no
// other with it.
func (c *ownCollector) Collect(ch chan<- prometheus.Metric) {
	if c.o.Watching != nil {
		for name, well := range c.o.Watching() {
			v := 0.0
			if well {
				v = 1
			}
			ch <- prometheus.MustNewConstMetric(watchingDesc, prometheus.GaugeValue, v, value(name))
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), scrapeWithin)
	defer cancel()
	for up, collect := range map[*prometheus.Desc]func(context.Context, chan<- prometheus.Metric) error{
		mailsUp: c.mails, sourcesUp: c.sources, phasesUp: c.phases, queueUp: c.queues, findingsUp: c.findings, jobsUp: c.jobs, trustUp: c.trust,
	} {
		ok := 1.0
		if err := collect(ctx, ch); err != nil {
			c.o.Logger.Error("metrics could not be read", "collector", up.String(), "error", err)
			ok = 0
		}
		ch <- prometheus.MustNewConstMetric(up, prometheus.GaugeValue, ok)
	}
}

func (c *ownCollector) mails(ctx context.Context, ch chan<- prometheus.Metric) error {
	counts, err := c.o.Reader.MailCounts(ctx)
	if err != nil {
		return err
	}
	sums := map[[3]string]int64{}
	for _, n := range counts {
		key := [3]string{value(n.Source), value(n.Provider), value(string(n.State))}
		if _, had := sums[key]; !had && len(sums) >= maxMails {
			key[1] = "(other)"
		}
		sums[key] += n.Count
	}
	for key, n := range sums {
		ch <- prometheus.MustNewConstMetric(mailsDesc, prometheus.GaugeValue, float64(n), key[:]...)
	}
	return nil
}

func (c *ownCollector) sources(ctx context.Context, ch chan<- prometheus.Metric) error {
	list, err := c.o.Reader.SourceHealths(ctx)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, s := range list {
		name := value(s.Name)
		if seen[name] {
			continue
		}
		seen[name] = true
		timestamp(ch, lastSuccessDesc, s.LastSuccess, name)
		timestamp(ch, lastMailDesc, s.LastMail, name)
		timestamp(ch, comparedDesc, s.Reconciled.At, name)
		window(ch, s.Reconciled, name)
		if !s.LastMail.IsZero() {
			ch <- prometheus.MustNewConstMetric(lagDesc, prometheus.GaugeValue, s.Lag.Seconds(), name)
		}
		switch {
		case s.LastError != "":
			ch <- prometheus.MustNewConstMetric(sourceUpDesc, prometheus.GaugeValue, 0, name)
			ch <- prometheus.MustNewConstMetric(errorDesc, prometheus.GaugeValue, 1, name, reason(s.LastError))
		case !s.LastSuccess.IsZero():
			ch <- prometheus.MustNewConstMetric(sourceUpDesc, prometheus.GaugeValue, 1, name)
		}
	}
	return nil
}

func window(ch chan<- prometheus.Metric, r models.Reconciliation, source string) {
	if r.At.IsZero() {
		return
	}
	for where, n := range map[string]int{
		"mailbox": r.Messages, "ledger": r.Ledger, "kept": r.Kept, "skipped": r.Skipped, "missing": r.Messages - r.Ledger,
	} {
		ch <- prometheus.MustNewConstMetric(windowDesc, prometheus.GaugeValue, float64(n), source, where)
	}
}

func timestamp(ch chan<- prometheus.Metric, d *prometheus.Desc, at time.Time, source string) {
	if !at.IsZero() {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(at.UnixMicro())/1e6, source)
	}
}

// reasons are words of errors and the class that they speak of; the first that
// fits counts.
var reasons = []struct{ class, words string }{
	{"timeout", "timeout|timed out|deadline"},
	{"tls", "tls|certificate|x509"},
	{"auth", "auth|login|password|credential|token"},
	{"folder", "folder|mailbox|select"},
	{"connection", "connect|refused|reset|eof|no such host|lookup|network|closed|dial"},
}

// reason is the class of an error: a handful, whatever the server said.
func reason(text string) string {
	text = strings.ToLower(text)
	for _, r := range reasons {
		for _, word := range strings.Split(r.words, "|") {
			if strings.Contains(text, word) {
				return r.class
			}
		}
	}
	return "other"
}

// findings counts what maintenances will break together.
func (c *ownCollector) findings(ctx context.Context, ch chan<- prometheus.Metric) error {
	if c.o.Findings == nil {
		return nil
	}
	counts, err := c.o.Findings(ctx)
	if err != nil {
		return err
	}
	for _, s := range []models.Severity{models.SeverityRisk, models.SeverityDegraded, models.SeverityIsolated} {
		ch <- prometheus.MustNewConstMetric(findingsDesc, prometheus.GaugeValue, float64(counts[s]), string(s))
	}
	return nil
}

// trust counts notices by the trust in their senders.
func (c *ownCollector) trust(ctx context.Context, ch chan<- prometheus.Metric) error {
	counts, err := c.o.Reader.TrustCounts(ctx)
	if err != nil {
		return err
	}
	sums := map[[2]string]int64{}
	for _, n := range counts {
		key := [2]string{value(n.Provider), value(string(n.Level))}
		if _, had := sums[key]; !had && len(sums) >= maxMails {
			key[0] = "(other)"
		}
		sums[key] += n.Count
	}
	for key, n := range sums {
		ch <- prometheus.MustNewConstMetric(trustDesc, prometheus.GaugeValue, float64(n), key[:]...)
	}
	return nil
}

// queues tells what waits. Only sources that take labels have labels due.
func (c *ownCollector) queues(ctx context.Context, ch chan<- prometheus.Metric) error {
	b, err := c.o.Reader.Backlog(ctx, c.o.Labelled)
	if err != nil {
		return err
	}
	tell := func(w models.Waiting, labels ...string) {
		ch <- prometheus.MustNewConstMetric(queueDesc, prometheus.GaugeValue, float64(w.Count), labels...)
		ch <- prometheus.MustNewConstMetric(queueAgeDesc, prometheus.GaugeValue, c.age(w), labels...)
	}
	tell(b.Mails, "mails", "")
	seen := map[string]bool{}
	for _, name := range c.o.Labelled {
		if label := value(name); !seen[label] {
			seen[label] = true
			tell(b.Labels[name], "labels", label)
		}
	}
	return nil
}

// age is how long the oldest of what waits does, in seconds.
func (c *ownCollector) age(w models.Waiting) float64 {
	if w.Oldest.IsZero() {
		return 0
	}
	return max(0, c.o.Now().Sub(w.Oldest).Seconds())
}

// jobs tells which kinds of work stand.
func (c *ownCollector) jobs(ctx context.Context, ch chan<- prometheus.Metric) error {
	if c.o.Jobs == nil {
		return nil
	}
	all, err := c.o.Jobs(ctx)
	if err != nil {
		return err
	}
	for kind, w := range all {
		ch <- prometheus.MustNewConstMetric(jobsDesc, prometheus.GaugeValue, float64(w.Count), string(kind))
		ch <- prometheus.MustNewConstMetric(jobsAgeDesc, prometheus.GaugeValue, c.age(w), string(kind))
	}
	return nil
}

// phases counts the maintenances that are open by phase, and the closed ones.
func (c *ownCollector) phases(ctx context.Context, ch chan<- prometheus.Metric) error {
	counts := map[models.Phase]int{}
	for _, p := range models.Phases {
		counts[p] = 0
	}
	var open, closed []models.Status
	for _, s := range models.RecordStatuses {
		if s.Closed() {
			closed = append(closed, s)
		} else {
			open = append(open, s)
		}
	}
	_, over, err := c.o.Reader.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{Statuses: closed, Page: models.Page{Limit: 1}})
	if err != nil {
		return err
	}
	counts[models.PhaseClosed] = over
	now := c.o.Now().UTC()
	items, err := c.o.Reader.Standings(ctx, models.ScopeAll, open, now.AddDate(0, -1, 0))
	if err != nil {
		return err
	}
	for _, m := range items {
		counts[models.PhaseOf(m.Maintenance, now, c.o.Rules(m.ProviderSlug))]++
	}
	_, all, err := c.o.Reader.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{Statuses: open, Page: models.Page{Limit: 1}})
	if err != nil {
		return err
	}
	counts[models.PhasePresumedOver] += max(0, all-len(items))
	for phase, n := range counts {
		ch <- prometheus.MustNewConstMetric(phaseDesc, prometheus.GaugeValue, float64(n), string(phase))
	}
	return nil
}
