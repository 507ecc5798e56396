package main

import (
	"fmt"
	"log/slog"
	"strings"

	"timeslots/internal/cache"
	"timeslots/internal/timeslot"
)

// disableVariable names parts to switch off, separated by commas. It is for the consistency checker alone, which shows
// with it that it would notice if the part were missing; a service that runs with it says so loudly.
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

// forgetful is a ledger in which nothing is ever taken.
type forgetful struct{ *cache.Ledger }

func (forgetful) Pend(timeslot.Claim, string)     {}
func (forgetful) Promote(timeslot.Claim, string)  {}
func (forgetful) Withdraw(timeslot.Claim, string) {}
func (forgetful) Suspect(timeslot.Claim, string)  {}
