//go:build !consistencycheck

package main

import (
	"fmt"
	"log/slog"
	"strings"

	"timeslots/internal/booking"
	"timeslots/internal/search"
	"timeslots/internal/taken"
)

// disableVariable is what the consistency checker sets to switch off parts of what keeps taken slots hidden. It builds a
// service of its own for that (unsafe.go); this one has no such switch, and does not start where somebody expects one.
const disableVariable = "TIMESLOTS_TEST_DISABLE"

// disabled is what was switched off: nothing.
type disabled struct{}

func disabledBy(environ []string, _ *slog.Logger) (disabled, error) {
	for _, entry := range environ {
		if name, value, _ := strings.Cut(entry, "="); name == disableVariable && value != "" {
			return disabled{}, &usageError{fmt.Errorf("%s=%s: this program keeps taken slots hidden and has no switch for that; unset the variable, or build with -tags consistencycheck", name, value)}
		}
	}
	return disabled{}, nil
}

func (disabled) bookings(l *taken.Ledger) booking.Ledger { return l }

func (disabled) taken(l *taken.Ledger) search.Taken { return l }
