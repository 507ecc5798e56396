package taken

import (
	"timeslots/internal/cache"
	"timeslots/internal/timeslot"
)

// Ask has the ledger ask copies of what upstream said how long visits take, where an event does not say it.
func (l *Ledger) Ask(m *cache.Memory) { l.copies.Store(m) }

// lasting is the claims of marks with their durations, where those are missing and a copy has them. It looks through all
// copies, so it must not be called under the ledger's lock.
func (l *Ledger) lasting(keys ...markKey) map[timeslot.Claim]timeslot.Claim {
	copies := l.copies.Load()
	if copies == nil {
		return nil
	}
	var found map[timeslot.Claim]timeslot.Claim
	for _, k := range keys {
		whole := k.claim
		if !endless(whole) {
			continue
		}
		if whole.Duration = copies.DurationOf(whole); whole.Duration > 0 {
			if found == nil {
				found = map[timeslot.Claim]timeslot.Claim{}
			}
			found[k.claim] = whole
		}
	}
	return found
}

// endless reports whether the claim names one person's time and not how much of it.
func endless(c timeslot.Claim) bool {
	return located(c) && c.Duration == 0 && c.NPI != "" && !c.Pool
}
