package world

import (
	"strings"
	"time"
)

// Options say what exists. They are taken as they are: checked, with their defaults.
type Options struct {
	Tenant string // short name
	Seed   uint64
	Untidy Untidy

	Departments, Providers int
	BookingLag             time.Duration  // how long reads go on listing a slot that was sold
	Lookahead              int            // days after today that may be asked for
	Lookaheads             map[string]int // others by visit type name, or by EHR instance and name
	Now                    time.Time      // around which zones know their midnights
}

// World is what exists: a directory, which stays as it is, and the slots that were sold.
type World struct {
	Options Options
	*Directory
	Store   *Store
	SlotIDs SlotIDs
}

// New builds what exists. It fails only without a time zone database.
func New(o Options) (*World, error) {
	dir, err := buildDirectory(o)
	if err != nil {
		return nil, err
	}
	return &World{Options: o, Directory: dir, Store: newStore(o.BookingLag), SlotIDs: SlotIDs{o.Seed}}, nil
}

// Slot finds what a slot id names.
func (w *World) Slot(id string) (o Opening, ok bool) {
	index, start, ok := w.SlotIDs.parse(id)
	if !ok || index >= len(w.schedules) {
		return Opening{}, false
	}
	return Opening{start, w.schedules[index]}, true
}

// Brand is the tenant's only brand: its name with a capital.
func (o Options) Brand() string { return strings.ToUpper(o.Tenant[:1]) + o.Tenant[1:] }

// lookahead is how far ahead a visit type may be asked for in the n-th EHR instance.
func (o Options) lookahead(n int, system, visit string) int {
	if days, ok := o.Lookaheads[system+" "+visit]; ok {
		return days
	}
	if days, ok := o.Lookaheads[visit]; ok {
		return days
	}
	if n == len(ehrNames)-1 && visit == "FluShot" {
		return min(MaxLookahead, o.Lookahead+o.Lookahead/3)
	}
	return o.Lookahead
}

// MaxLookahead is the most that any lookahead may be, in days.
const MaxLookahead = 730
