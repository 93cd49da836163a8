package store

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

// Apply takes what processing found in raw mails, in this order and in one
// transaction: notices are kept under their identity, the maintenances that
// they belong to are folded again, what changed is written with a Change for
// each difference, and each mail gets its state, flags and due labels. The
// answers stand in the order of the verdicts; a mail that is not there has an
// answer without a state.
//
// Applying a verdict again changes nothing. A panic of the rules becomes an
// error, so that the caller can find the mail that causes it. On PostgreSQL the rows of the
// providers are locked first, so that the mail of one provider is applied one
// batch after the other, and never beside an import of its circuits.
func (s *Store) Apply(ctx context.Context, verdicts []models.Verdict) (applied []models.Applied, err error) {
	defer func() {
		if r := recover(); r != nil { // the transaction was rolled back by then
			s.log.Error("applying mail panicked", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			applied, err = nil, fmt.Errorf("apply %d mails: panic: %v", len(verdicts), r)
		}
	}()
	err = s.write(ctx, fmt.Sprintf("apply %d mails", len(verdicts)), func(w *work) error {
		applied, _, err = w.apply(verdicts)
		return err
	})
	return applied, err
}

// apply applies verdicts, and gives the state that it left behind.
func (w *work) apply(verdicts []models.Verdict) ([]models.Applied, *application, error) {
	a := &application{w: w, now: w.s.clock(), graph: newGraph(w, w.s.clock())}
	if err := a.load(verdicts); err != nil {
		return nil, nil, err
	}
	applied := make([]models.Applied, len(verdicts))
	for i := range verdicts {
		done, err := a.apply(&a.verdicts[i])
		if err != nil {
			return nil, nil, err
		}
		applied[i] = done
	}
	return applied, a, a.save(applied)
}

// save writes everything, and corrects the answers for mail that a later one
// of the batch turned.
func (a *application) save(applied []models.Applied) error {
	if err := a.saveRaws(); err != nil {
		return err
	}
	if err := a.graph.save(); err != nil {
		return fmt.Errorf("save records: %w", err)
	}
	a.graph.restate(applied)
	return nil
}

// application is the state of one Apply.
type application struct {
	w        *work
	now      time.Time
	verdicts []judged
	raws     map[string]*rawRow
	current  map[string][]*noticeRow // by raw mail: the notices that count
	reviews  map[string]reviewRow    // by raw mail: what people decided of mail that was read before
	reopened []string                // raw mails of which a decision is about another reading
	copies   map[string][]string     // by Message-ID: raw mails that have it
	holders  map[string][]string     // by raw mail to be skipped: the sources that hold it
	graph    *graph
}

// judged is a verdict with its notices as they will be stored.
type judged struct {
	models.Verdict
	notices []*noticeRow
}

// load reads everything that the verdicts can touch, in few statements.
func (a *application) load(verdicts []models.Verdict) error {
	if err := a.loadRaws(verdicts); err != nil {
		return fmt.Errorf("load raw mail: %w", err)
	}
	if err := a.loadReviews(); err != nil {
		return fmt.Errorf("load reviews: %w", err)
	}
	if err := a.loadHolders(verdicts); err != nil {
		return fmt.Errorf("load copies of raw mail: %w", err)
	}
	if err := a.loadCurrent(); err != nil {
		return fmt.Errorf("load notices of raw mail: %w", err)
	}
	providers := make([]string, 0, len(verdicts))
	for _, v := range verdicts {
		providers = append(providers, v.ProviderID)
	}
	for _, rows := range a.current {
		for _, r := range rows {
			providers = append(providers, r.ProviderID)
		}
	}
	if err := a.graph.loadProviders(providers); err != nil {
		return fmt.Errorf("load providers: %w", err)
	}
	var fresh, affected []*noticeRow
	for _, v := range verdicts {
		j := judged{Verdict: v}
		if raw := a.raws[v.RawID]; raw != nil {
			j.notices = a.noticeRows(v, raw)
			fresh = append(fresh, j.notices...)
			affected = append(affected, a.current[v.RawID]...)
		}
		a.verdicts = append(a.verdicts, j)
	}
	return a.graph.load(fresh, affected)
}

func (a *application) loadRaws(verdicts []models.Verdict) error {
	a.raws, a.copies = map[string]*rawRow{}, map[string][]string{}
	ids := make([]string, len(verdicts))
	for i, v := range verdicts {
		ids[i] = v.RawID
	}
	rows, err := loadIn[rawRow](locked(a.w.s, a.w.DB), "id", unique(validIDs(ids)))
	if err != nil {
		return err
	}
	var messageIDs []string
	for i := range rows {
		a.raws[rows[i].ID] = &rows[i]
		if rows[i].MessageID != "" {
			messageIDs = append(messageIDs, rows[i].MessageID)
		}
	}
	same, err := loadIn[rawRow](a.w.Select("id", "message_id").Where(isWithID), "message_id", unique(messageIDs))
	for _, r := range same {
		a.copies[r.MessageID] = append(a.copies[r.MessageID], r.ID)
	}
	return err
}

func (a *application) loadHolders(verdicts []models.Verdict) (err error) {
	var ids []string
	for _, v := range verdicts {
		if v.State == models.StateSkipped {
			ids = append(ids, v.RawID)
		}
	}
	a.holders, err = holdersOf(a.w.DB, ids)
	return err
}

// turnedUp reports whether another source brought a mail after it was decided
// to skip it.
func (a *application) turnedUp(v models.Verdict) bool {
	if v.State != models.StateSkipped || len(v.Sources) == 0 {
		return false
	}
	return slices.ContainsFunc(a.holders[v.RawID], func(id string) bool { return !slices.Contains(v.Sources, id) })
}

// loadCurrent reads the notices of the raw mails and of their copies.
func (a *application) loadCurrent() error {
	a.current = map[string][]*noticeRow{}
	var ids []string
	for id, r := range a.raws {
		if !r.ProcessedAt.IsZero() {
			ids = append(ids, id)
		}
		if copies := a.copies[r.MessageID]; len(copies) > 1 {
			ids = append(ids, copies...)
		}
	}
	rows, err := loadIn[noticeRow](a.w.Where("superseded = ?", false).Order("raw_id, position"), "raw_id", unique(ids))
	for i := range rows {
		r := &rows[i]
		a.current[r.RawID] = append(a.current[r.RawID], a.graph.adopt(r))
	}
	return err
}

// noticeRows completes the notices of a verdict.
func (a *application) noticeRows(v models.Verdict, raw *rawRow) []*noticeRow {
	provider, known := a.graph.providers[v.ProviderID]
	if !known {
		return nil
	}
	rows := make([]*noticeRow, len(v.Notices))
	trust, guarded := trustOf(v, raw)
	for i, n := range v.Notices {
		n = cleanNotice(n)
		n.Trust, n.TrustReason, n.Guarded = trust.Level, trust.Reason, guarded
		n.ID, n.RawID, n.ProviderID = newID(), raw.ID, v.ProviderID
		n.Received, n.CreatedAt = raw.Received.Time, a.now
		if n.ParserVersion == "" {
			n.ParserVersion = v.ParserVersion
		}
		if n.Issued.After(n.Received) {
			n.Issued = n.Received
		}
		n.Digest = models.DigestNotice(n)
		row := newNoticeRow(n, identityOf(provider, n).Key, i)
		row.notice = n
		rows[i] = &row
	}
	return rows
}

// apply applies one verdict in memory.
func (a *application) apply(v *judged) (models.Applied, error) {
	raw := a.raws[v.RawID]
	if raw == nil {
		return models.Applied{RawID: v.RawID}, nil
	}
	if a.turnedUp(v.Verdict) {
		return models.Applied{RawID: raw.ID, State: models.MailState(raw.State), Flags: raw.flags()}, nil
	}
	if a.reviews[raw.ID].holds(v.Verdict) {
		return models.Applied{RawID: raw.ID, State: models.MailState(raw.State), Flags: raw.flags()}, nil
	}
	first := raw.ProcessedAt.IsZero()
	state := a.reviews[raw.ID].verdictOn(v.Verdict)
	touched, from := newTouched(), origin{cause: v.Cause, rawID: raw.ID, author: clean(v.By), received: raw.Received.Time}
	switch {
	case a.isDuplicate(v, raw):
		state, v.notices = models.StateDuplicate, nil
		a.withdraw(raw.ID, touched)
	case keepsReading(v.State) && v.By == "":
	case a.isCurrent(raw.ID, v.notices):
		v.notices = a.current[raw.ID]
		for _, n := range v.notices {
			touched.gain(a.graph.of(n))
		}
	default:
		a.withdraw(raw.ID, touched)
		late := a.add(v.notices, touched, from)
		raw.OutOfSequence = (raw.OutOfSequence && !first) || (first && late)
		a.current[raw.ID] = v.notices
		a.readAnew(v.Verdict)
	}
	done, err := a.graph.fold(touched, from)
	if err != nil {
		return models.Applied{}, err
	}
	unknown, err := a.graph.unknownCIDs(v.notices)
	if err != nil {
		return models.Applied{}, err
	}
	if !models.MailState(raw.State).CanBecome(state) {
		return models.Applied{}, fmt.Errorf("mail %s is %s and cannot become %s", raw.ID, raw.State, state)
	}
	was := models.MailState(raw.State)
	if v.Trust != nil {
		raw.judge(*v.Trust)
	}
	if state == models.StateParsed && anyHeld(v.notices) {
		state, v.Error = models.StateNeedsReview, heldReason
	}
	raw.State, raw.UnknownCIDs, raw.Incomplete = string(state), unknown, v.Flags.Incomplete
	raw.Sender, raw.ProviderID = clean(v.Sender), a.knownProvider(v.ProviderID)
	raw.Error, raw.ParserVersion, raw.UpdatedAt = clean(v.Error), v.ParserVersion, at(a.now)
	raw.Format, raw.Fields = clean(v.Format), clean(strings.Join(v.Fields, " "))
	if first {
		raw.ProcessedAt = at(a.now)
	}
	if was != state && v.Error != heldReason { // what waits is told with its record
		a.w.tellMail(raw.model(), v.Cause, a.now)
	}
	return models.Applied{RawID: raw.ID, State: state, Flags: raw.flags(), Maintenances: done.names, Changes: done.changes}, nil
}

// knownProvider is the reference to a provider, if it is there.
func (a *application) knownProvider(id string) ref {
	if _, known := a.graph.providers[id]; !known {
		return ""
	}
	return ref(id)
}

// keepsReading reports whether a reading that ended so leaves an earlier
// reading of the same mail in force: it read nothing that could replace it.
func keepsReading(state models.MailState) bool {
	return state == models.StateParsingFailed || state == models.StateQuarantined
}

// isCurrent reports whether this very reading is stored already.
func (a *application) isCurrent(rawID string, notices []*noticeRow) bool {
	current := a.current[rawID]
	if len(current) != len(notices) || len(notices) == 0 {
		return false
	}
	for i, n := range notices {
		c := current[i]
		if c.ProviderID != n.ProviderID || c.Digest != n.Digest || c.ParserVersion != n.ParserVersion || c.Parser != n.Parser {
			return false
		}
	}
	return true
}

// withdraw takes the earlier reading of a mail out of force.
func (a *application) withdraw(rawID string, touched *touched) {
	for _, n := range a.current[rawID] {
		touched.lose(a.graph.supersede(n))
	}
	delete(a.current, rawID)
}

// add puts new notices under their identities and reports whether one of them
// came after a notice that follows it. What counts is the order in which mail
// was kept: several processes may process it in another.
func (a *application) add(notices []*noticeRow, touched *touched, from origin) (late bool) {
	for _, n := range notices {
		g := a.graph.resolve(n, touched, from)
		late = late || models.Outdated(keptBefore(g.models(), n.notice), n.notice)
		g.add(n)
		touched.gain(g)
	}
	return late
}

// keptBefore gives the notices whose mail was kept before that of n. The IDs
// of raw mails ascend.
func keptBefore(all []models.Notice, n models.Notice) []models.Notice {
	return slices.DeleteFunc(slices.Clone(all), func(o models.Notice) bool { return o.RawID > n.RawID })
}

func (a *application) saveRaws() error {
	rows := make([]rawRow, 0, len(a.raws))
	for _, v := range a.verdicts { // in a stable order
		if r := a.raws[v.RawID]; r != nil {
			rows = append(rows, *r)
			delete(a.raws, v.RawID)
		}
	}
	if err := upsert(a.w.DB, rows); err != nil {
		return fmt.Errorf("save raw mail: %w", err)
	}
	if err := markLabels(a.w, rows); err != nil {
		return fmt.Errorf("mark labels: %w", err)
	}
	if err := unsettle(a.w, a.reopened); err != nil {
		return fmt.Errorf("open reviews again: %w", err)
	}
	return nil
}

// loadReviews reads what people decided of mail that was read before.
func (a *application) loadReviews() error {
	a.reviews = map[string]reviewRow{}
	var ids []string
	for id, r := range a.raws {
		if !r.ProcessedAt.IsZero() {
			ids = append(ids, id)
		}
	}
	rows, err := loadIn[reviewRow](a.w.DB, "item_id", ids)
	for _, r := range rows {
		a.reviews[r.ItemID] = r
	}
	return err
}

// readAnew notes that a decision on a mail is about another reading than the
// one in force, unless a person is deciding.
func (a *application) readAnew(v models.Verdict) {
	if v.By == "" && a.reviews[v.RawID].Settled != "" {
		a.reopened = append(a.reopened, v.RawID)
	}
}

// unsettle makes mail wait again of which people decided something.
func unsettle(w *work, rawIDs []string) error {
	return chunks(rawIDs, func(part []string) error {
		return w.Model(&reviewRow{}).Where("item_id IN ?", part).Updates(map[string]any{"settled": "", "updated_at": at(w.s.clock())}).Error
	})
}
