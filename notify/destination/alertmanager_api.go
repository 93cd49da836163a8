package destination

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"lineman/chatops"
	"lineman/internal/config"
	"lineman/models"
	"lineman/notify"
)

// alertmanagerAPI speaks Alertmanager's API, version 2.
type alertmanagerAPI struct {
	o             Options
	base, who     string
	account       string
	secret, token config.Secret
	client        *http.Client
}

// maxSilences bounds what is read of a list of silences or alerts, in bytes.
const maxSilences = 64 << 20

func newAlertmanagerAPI(o Options, c config.AlertmanagerDestination) (alertmanagerAPI, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return alertmanagerAPI{}, errors.New("url: is no web address of scheme, host and path; write it like https://alertmanager.example.net:9093")
	}
	a := alertmanagerAPI{o: o, base: strings.TrimSuffix(c.URL, "/") + "/api/v2", who: u.Host, account: c.Account, secret: c.Secret, token: c.Token}
	a.client, err = o.client(c.TLS, c.Timeout)
	return a, err
}

// silence is one of Alertmanager's.
type silence struct {
	ID        string      `json:"id,omitempty"`
	Matchers  []amMatcher `json:"matchers"`
	StartsAt  time.Time   `json:"startsAt"`
	EndsAt    time.Time   `json:"endsAt"`
	CreatedBy string      `json:"createdBy"`
	Comment   string      `json:"comment"`
	Status    *amStatus   `json:"status,omitempty"`
}

type amMatcher struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	IsRegex bool   `json:"isRegex"`
	IsEqual *bool  `json:"isEqual,omitempty"` // absent: true
}

type amStatus struct {
	State string `json:"state"` // expired, active or pending
}

// author is who makes the silences of a rule. Those of other rules are left
// alone: they may see other circuits of the same maintenance.
func author(r models.Rule) string { return strings.TrimSpace("lineman " + chatops.CleanLine(r.Name)) }

// silences are those of a rule that are not over, by maintenance.
func (a alertmanagerAPI) silences(ctx context.Context, r models.Rule) (map[string][]Silence, error) {
	there := map[string][]Silence{}
	err := a.list(ctx, "/silences", nil, func(d *json.Decoder) error {
		var s silence
		if err := d.Decode(&s); err != nil {
			return err
		}
		key, name, _ := strings.Cut(s.Comment, " ")
		parts := strings.Split(key, ":")
		if len(parts) != 3 || parts[0] != "lineman" || s.CreatedBy != author(r) || s.Status != nil && s.Status.State == "expired" {
			return nil
		}
		window, err := strconv.Atoi(parts[2])
		if err != nil {
			return nil // somebody else's comment
		}
		there[parts[1]] = append(there[parts[1]], Silence{
			ID: s.ID, Maintenance: name, Window: window, Start: s.StartsAt, End: s.EndsAt, Matchers: matcherText(matchersOf(s.Matchers)), key: key,
		})
		return nil
	})
	return there, err
}

// matchersOf reads matchers in the order of ours, as a pattern has them.
func matchersOf(list []amMatcher) labels.Matchers {
	var all labels.Matchers
	for _, m := range list {
		kind := labels.MatchEqual
		switch equal := m.IsEqual == nil || *m.IsEqual; {
		case m.IsRegex && equal:
			kind = labels.MatchRegexp
		case m.IsRegex:
			kind = labels.MatchNotRegexp
		case !equal:
			kind = labels.MatchNotEqual
		}
		if matcher, err := labels.NewMatcher(kind, m.Name, m.Value); err == nil {
			all = append(all, matcher)
		}
	}
	return all
}

// put makes a silence, or gives one other times. What comes back is its id,
// which is a new one where an active silence got another start.
func (a alertmanagerAPI) put(ctx context.Context, r models.Rule, s Silence) (string, error) {
	matchers, err := labels.ParseMatchers(s.Matchers)
	if err != nil {
		return "", notify.Fatal(fmt.Errorf("write the matchers of a silence: %w", err))
	}
	out := silence{ID: s.ID, StartsAt: s.Start, EndsAt: s.End, CreatedBy: author(r), Comment: strings.TrimSpace(s.key + " " + chatops.CleanLine(s.Maintenance))}
	for _, m := range matchers {
		equal := m.Type == labels.MatchEqual || m.Type == labels.MatchRegexp
		out.Matchers = append(out.Matchers, amMatcher{m.Name, m.Value, m.Type == labels.MatchRegexp || m.Type == labels.MatchNotRegexp, &equal})
	}
	body, err := json.Marshal(out)
	if err != nil {
		return "", notify.Fatal(fmt.Errorf("write a silence: %w", err))
	}
	answer, err := a.call(ctx, http.MethodPost, "/silences", body)
	if err != nil {
		return "", err
	}
	var made struct {
		ID string `json:"silenceID"`
	}
	if err := json.Unmarshal(answer, &made); err != nil || made.ID == "" {
		return "", &notify.Failure{Err: fmt.Errorf("%s took a silence and did not say its id; is it an Alertmanager?", a.who)}
	}
	return made.ID, nil
}

func (a alertmanagerAPI) expire(ctx context.Context, id string) error {
	_, err := a.call(ctx, http.MethodDelete, "/silence/"+url.PathEscape(id), nil)
	return err
}

func (a alertmanagerAPI) status(ctx context.Context) error {
	_, err := a.call(ctx, http.MethodGet, "/status", nil)
	return err
}

// alerts are the current ones that all of these matchers match.
func (a alertmanagerAPI) alerts(ctx context.Context, matchers string) ([]Alert, error) {
	list, err := labels.ParseMatchers(matchers)
	if err != nil {
		return nil, notify.Fatal(fmt.Errorf("read the matchers of a silence: %w", err))
	}
	query := url.Values{}
	for _, m := range list {
		query.Add("filter", m.String())
	}
	var all []Alert
	err = a.list(ctx, "/alerts", query, func(d *json.Decoder) error {
		var alert struct {
			Labels   map[string]string `json:"labels"`
			StartsAt time.Time         `json:"startsAt"`
		}
		if err := d.Decode(&alert); err != nil {
			return err
		}
		all = append(all, Alert{Labels: alert.Labels, Since: alert.StartsAt})
		return nil
	})
	slices.SortFunc(all, func(a, b Alert) int { return strings.Compare(fmt.Sprint(a.Labels), fmt.Sprint(b.Labels)) })
	return all, err
}

func (a alertmanagerAPI) request(ctx context.Context, method, path string, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, a.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, notify.Fatal(errors.New("the url is no web address"))
	}
	r.Header.Set("User-Agent", userAgent(a.o.Version))
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	switch {
	case a.token != "":
		r.Header.Set("Authorization", "Bearer "+a.token.Reveal())
	case a.account != "":
		r.SetBasicAuth(a.account, a.secret.Reveal())
	}
	return r, nil
}

// secrets are what no error may show.
func (a alertmanagerAPI) secrets() []string {
	if a.account == "" {
		return []string{a.token.Reveal(), a.secret.Reveal()}
	}
	return []string{a.token.Reveal(), a.account + ":" + a.secret.Reveal(), a.secret.Reveal()}
}

func (a alertmanagerAPI) call(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	r, err := a.request(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	return call(a.client, r, a.who, a.o.Now(), a.secrets()...)
}

// list reads an array, one element after the other.
func (a alertmanagerAPI) list(ctx context.Context, path string, query url.Values, each func(*json.Decoder) error) error {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	r, err := a.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	answer, err := a.client.Do(r)
	if err != nil {
		return unreached(a.who, err)
	}
	defer answer.Body.Close() // it was read as far as it is of interest
	if err := answered(a.who, answer, a.o.Now()); err != nil {
		return err
	}
	d := json.NewDecoder(io.LimitReader(answer.Body, maxSilences))
	if _, err := d.Token(); err != nil {
		return a.unread(err)
	}
	for d.More() {
		if err := each(d); err != nil {
			return a.unread(err)
		}
	}
	return nil
}

func (a alertmanagerAPI) unread(err error) error {
	if timedOut(err) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return unreached(a.who, err)
	}
	return &notify.Failure{Err: fmt.Errorf("%s answered with a list that cannot be read to its end; is it an Alertmanager?", a.who)}
}
