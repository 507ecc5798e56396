//go:build consistencycheck

package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"timeslots/internal/booking"
	"timeslots/internal/search"
	"timeslots/internal/taken"
	"timeslots/internal/timeslot"
)

// disableVariable names parts to switch off, separated by commas. The consistency checker shows with it that it would
// notice if the part were missing; a service that runs with it says so loudly.
const disableVariable = "TIMESLOTS_TEST_DISABLE"

// disabled is what the variable switched off.
type disabled struct{ promotionWait, serveFilter, tombstones bool }

func disabledBy(environ []string, log *slog.Logger) (d disabled, err error) {
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if name != disableVariable || value == "" {
			continue
		}
		for part := range strings.SplitSeq(value, ",") {
			switch part {
			case "promotion-wait":
				d.promotionWait = true
			case "serve-filter":
				d.serveFilter = true
			case "tombstones":
				d.tombstones = true
			default:
				return d, &usageError{fmt.Errorf("%s: %q is none of promotion-wait, serve-filter, tombstones", disableVariable, part)}
			}
		}
		log.Warn("UNSAFE: parts that keep taken slots hidden are switched off for a test", "parts", value)
	}
	return d, nil
}

// bookings is the ledger that bookings write to.
func (d disabled) bookings(l *taken.Ledger) booking.Ledger {
	switch {
	case d.tombstones:
		return forgetful{l}
	case d.promotionWait:
		return hasty{l}
	}
	return l
}

// taken is the ledger that searches read.
func (d disabled) taken(l *taken.Ledger) search.Taken {
	if d.serveFilter {
		return blind{l}
	}
	return l
}

// forgetful is a ledger in which nothing is ever taken.
type forgetful struct{ *taken.Ledger }

func (forgetful) Pend(timeslot.Claim, string)         {}
func (forgetful) Promote(timeslot.Claim, string) bool { return true }
func (forgetful) Withdraw(timeslot.Claim, string)     {}
func (forgetful) Suspect(timeslot.Claim, string)      {}

// hasty is a ledger that does not wait until every replica knows.
type hasty struct{ *taken.Ledger }

func (l hasty) Promote(c timeslot.Claim, owner string) bool {
	go l.Ledger.Promote(c, owner)
	return true
}

// blind is a ledger that shows nothing of what is taken.
type blind struct{ *taken.Ledger }

func (l blind) Current(ctx context.Context) (*taken.View, bool) {
	_, strict := l.Ledger.Current(ctx)
	return &taken.View{}, strict
}
