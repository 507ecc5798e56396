package booking

import (
	"context"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"

	"timeslots/internal/problem"
	"timeslots/internal/timeslot"
)

// longestIdempotencyKey is generous: a key is a UUID as a rule.
const longestIdempotencyKey = 256

// attempts remembers the Idempotency-Keys that were used, so that a second try to book the same books nothing. DexCare knows
// no such keys (docs/dexcare.md §1.7): this is between the client and the service. This replica's memory comes first; what
// all replicas remember together, in fleet, is asked after it, and while that is out of reach this replica's alone
// counts.
type attempts struct {
	fleet Uses

	mu       sync.Mutex               // makes "was it used? then it is now" one step
	underWay map[fingerprint]struct{} // as many as there are calls
	done     *recent[int]             // status of the first use
}

// attempt is one use of a key. The nil attempt belongs to a call without a key.
type attempt struct {
	table *attempts
	key   fingerprint
	owner string // of the use in the fleet's memory; empty: it was not entered there
	ended bool   // touched by the call's own goroutine only
}

// begin enters a use. The second use of a key gets a refusal, and is not entered.
func (t *attempts) begin(ctx context.Context, key fingerprint) (*attempt, *problem.Document) {
	c, refusal := t.beginHere(key)
	if refusal != nil {
		return nil, refusal
	}
	owner, used, status, err := t.fleet.Begin(ctx, hex.EncodeToString(key[:]))
	if c.owner = owner; err != nil || !used {
		return c, nil
	}
	c.owner = ""
	c.end(ctx, status) // here it counts as that use
	if status == 0 {
		return nil, inProgress()
	}
	return nil, alreadySubmitted(status)
}

func (t *attempts) beginHere(key fingerprint) (*attempt, *problem.Document) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.underWay[key]; ok {
		return nil, inProgress()
	}
	if status, ok := t.done.get(key); ok {
		return nil, alreadySubmitted(status)
	}
	t.underWay[key] = struct{}{}
	return &attempt{table: t, key: key}, nil
}

// end says how the first use was answered; only the first call of end counts. Status 0: nothing was sent, so the key
// may be used again.
func (c *attempt) end(ctx context.Context, status int) {
	if c == nil || c.ended {
		return
	}
	c.ended = true
	c.endHere(status)
	if c.owner != "" {
		c.table.fleet.End(ctx, hex.EncodeToString(c.key[:]), c.owner, status)
	}
}

func (c *attempt) endHere(status int) {
	c.table.mu.Lock()
	defer c.table.mu.Unlock()
	delete(c.table.underWay, c.key)
	if status != 0 {
		c.table.done.put(c.key, status)
	}
}

// begin enters the call's Idempotency-Key, if it has one and makes a visit. Who calls and what for are part of the
// fingerprint: two patients with the same key never meet.
func (g *Gateway) begin(r *http.Request, p *passThrough) (refusal *problem.Document) {
	values := r.Header.Values("Idempotency-Key")
	if p.route.Flow == "" || strings.Join(values, "") == "" {
		return nil
	}
	if len(values) > 1 || len(values[0]) > longestIdempotencyKey {
		return badRequest(timeslot.Violation{
			Parameter: "Idempotency-Key", Detail: "is not one short text", Fix: "send one, such as a UUID",
		})
	}
	caller := []string{p.route.Method, p.route.Path, r.Header.Get("Authorization"), "", values[0]}
	if p.route.Partner {
		caller[3] = r.Header.Get("X-Api-Key")
	}
	p.attempt, refusal = g.attempts.begin(r.Context(), g.fleetPrints.sum(caller...))
	return refusal
}
