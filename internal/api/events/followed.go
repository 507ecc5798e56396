package events

import (
	"context"
	"errors"
	"time"

	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// Searcher answers queries. The real one is search.Engine.
type Searcher interface {
	// Prepare completes a query's canonical form and tells what is too much of it; see search.Engine.
	Prepare(q *timeslot.Query, whole bool) (search.Prepared, []timeslot.Violation)
	Search(ctx context.Context, q search.Prepared, caller search.Caller) (*search.Answer, error)
	Taken(ctx context.Context) (view search.View, strict bool)
}

// Followed is the answer to a query that people look at. One goroutine uses it.
type Followed struct {
	Engine Searcher
	Query  *timeslot.Query
	Caller search.Caller
	Now    func() time.Time

	answer *search.Answer
	next   time.Time // when the answer is looked at again without a cause
}

const leastBetween = 5 * time.Second // looks that no booking caused

// Due implements Watched: a slot of the answer's clinicians was taken or came back, or the answer is no longer fresh.
func (w *Followed) Due() bool {
	if !w.Now().Before(w.next) {
		return true
	}
	if w.answer == nil {
		return false
	}
	view, _ := w.Engine.Taken(context.Background()) // waits for a round trip to Redis at most
	return view.Touches(w.answer.TakenVersion, w.answer.Clinicians)
}

// Look implements Watched.
func (w *Followed) Look(ctx context.Context) ([]string, error) {
	answer, err := w.search(ctx)
	now := w.Now()
	w.next = now.Add(leastBetween)
	w.answer = nil // nothing to compare with, until there is a whole one again
	if err != nil {
		return nil, err
	}
	if !answer.Complete && !answer.Settled { // what a source does not say is not gone
		return nil, errPartial
	}
	if at := answer.FreshUntil; at.After(w.next) {
		w.next = at
	}
	w.answer = answer
	return offeredBy(answer), nil
}

// search prepares the query anew each time: it may be another day.
func (w *Followed) search(ctx context.Context) (*search.Answer, error) {
	q, bad := w.Engine.Prepare(new(*w.Query), true)
	if len(bad) > 0 {
		return nil, &timeslot.InvalidQueryError{Violations: bad}
	}
	return w.Engine.Search(ctx, q, w.Caller)
}

// offeredBy is the ids of all slots that an answer shows: those of its page, or the next ones of its entries.
func offeredBy(answer *search.Answer) []string {
	ids := make([]string, 0, len(answer.Slots))
	for i := range answer.Slots {
		ids = append(ids, answer.Slots[i].PublicID())
	}
	for _, entry := range answer.Entries {
		for i := range entry.Next {
			ids = append(ids, entry.Next[i].PublicID())
		}
	}
	return ids
}

var errPartial = errors.New("a part of the answer is missing")
