package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
)

// outcome is how a booking ended, as its client saw it.
type outcome string

const (
	booked      outcome = "booked"      // 2xx
	unavailable outcome = "unavailable" // 409 SlotUnavailable
	refused     outcome = "other"       // any other answer
	unanswered  outcome = "no answer"   // the connection broke, or time was up: whatever happened, nobody was told
)

// taken reports whether the promise holds from this answer on.
func (o outcome) taken() bool { return o == booked || o == unavailable }

func outcomeOf(status int, body []byte) outcome {
	switch {
	case status/100 == 2:
		return booked
	case status == http.StatusConflict && bytes.Contains(body, []byte("SlotUnavailable")):
		return unavailable
	default:
		return refused
	}
}

// racing is the share of slots that two patients want at the same moment, at two replicas: the loser's bookkeeping must
// not undo the winner's.
const racing = 0.1

// book sends one patient for a slot that an answer offered lately, sometimes two.
func (c *crowd) book(ctx context.Context, draw *rand.Rand) {
	slot, where, ok := c.pick(draw)
	if !ok {
		c.tally.note(func(n *counts) { n.Dry++ })
		return
	}
	bookers := c.duties.bookers
	first := draw.IntN(len(bookers))
	patients := 1
	if draw.Float64() < racing {
		patients = 2
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	for i := range patients {
		wg.Go(func() { c.bookAt(ctx, bookers[(first+i)%len(bookers)], slot, where) })
	}
}

// pick finds a slot that nobody of ours has tried yet, and where it was offered.
func (c *crowd) pick(draw *rand.Rand) (offer, *target, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	const tries = 100
	for range tries {
		where := &c.targets[draw.IntN(len(c.targets))]
		offers := c.bookable[where.path]
		if len(offers) == 0 {
			continue
		}
		slot := offers[draw.IntN(len(offers))]
		if slot.bookable() && !c.tried[slot.slotID] {
			c.tried[slot.slotID] = true
			return slot, where, true
		}
	}
	return offer{}, nil, false
}

// bookAt books the slot at a replica. When the answer says that it is gone, every replica is asked at once for the answer
// that it was in: the moment just after is when a promise breaks.
func (c *crowd) bookAt(ctx context.Context, replica int, slot offer, where *target) {
	out := c.attempt(context.WithoutCancel(ctx), replica, slot) // the client's timeout ends it
	if out.taken() {
		c.history.took(slot)
	}
	c.tally.note(func(n *counts) { n.Bookings[out]++ })
	if !out.taken() {
		return
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, t := range c.duties.listedIn(slot, where) {
		for _, other := range c.duties.readers(t) {
			wg.Go(func() { c.read(ctx, other, t) })
		}
	}
}

func (c *crowd) attempt(ctx context.Context, replica int, slot offer) outcome {
	c.mu.Lock()
	c.sent++
	patient := c.sent
	c.mu.Unlock()
	path, visit := visitOf(patient, slot)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.bases[replica]+path, strings.NewReader(visit))
	if err != nil {
		return unanswered
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", fmt.Sprintf("Bearer p-%d", patient))
	status, _, body, err := c.send(req)
	if err != nil {
		c.tally.note(func(n *counts) { n.Lost = err.Error() })
		return unanswered // half an answer is none
	}
	return outcomeOf(status, body)
}

// visitOf is the path and the body of a booking (docs/dexcare.md §7.1, §7.2). Every patient books once.
func visitOf(patient int, slot offer) (path, body string) {
	type object map[string]any
	details := object{
		"ehrSystemName": slot.system, "departmentId": slot.department, "visitReason": "Flu shot", "declaration": "self", "slotId": slot.slotID,
	}
	guid := fmt.Sprintf("55555555-aaaa-4bbb-8ccc-%012d", patient)
	path = "/dexcare/api/6/visits/retail"
	visit := object{"patient": object{"identifier": guid}, "visitDetails": details, "registrationModules": object{"documentSigning": []string{}}}
	if slot.npi == "" {
		details["providerId"] = slot.providerID
	} else {
		path = "/dexcare/api/7/visits/providerbooking"
		details["nationalProviderId"], details["visitTypeId"], details["providerFlowPayment"] = slot.npi, slot.visitType, true
		visit = object{"patient": object{"patientGuid": guid, "address": object{}}, "visitDetails": details, "billingInfo": object{"paymentMethod": "self"}}
	}
	text, _ := json.Marshal(visit) // of strings and empty lists only: it cannot fail
	return path, string(text)
}
