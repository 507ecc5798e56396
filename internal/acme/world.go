package acme

import (
	"strings"
	"time"
)

// worldOptions say what exists. They are taken as they are: checked, with their defaults.
type worldOptions struct {
	Tenant string // short name
	Seed   uint64
	Untidy Untidy

	Departments, Providers int
	BookingLag             time.Duration  // how long reads go on listing a slot that was sold
	Lookahead              int            // days after today that may be asked for
	Lookaheads             map[string]int // others by visit type name, or by EHR instance and name
	Now                    time.Time      // around which zones know their midnights
}

// world is what exists: a directory, which stays as it is, and the slots that were sold.
type world struct {
	options worldOptions
	*directory
	store *store
	ids   slotIDs
}

func newWorld(o worldOptions) (*world, error) {
	dir, err := buildDirectory(o)
	if err != nil {
		return nil, err
	}
	return &world{options: o, directory: dir, store: newStore(o.BookingLag), ids: slotIDs{o.Seed}}, nil
}

// slot finds what a slot id names.
func (w *world) slot(id string) (o opening, ok bool) {
	index, start, ok := w.ids.parse(id)
	if !ok || index >= len(w.schedules) {
		return opening{}, false
	}
	return opening{start, w.schedules[index]}, true
}

// brand is the tenant's only brand: its name with a capital.
func (o worldOptions) brand() string { return strings.ToUpper(o.Tenant[:1]) + o.Tenant[1:] }

// lookaheadOf is how far ahead a visit type may be asked for in the n-th EHR instance.
func (o worldOptions) lookaheadOf(n int, system, visit string) int {
	if days, ok := o.Lookaheads[system+" "+visit]; ok {
		return days
	}
	if days, ok := o.Lookaheads[visit]; ok {
		return days
	}
	if n == len(ehrNames)-1 && visit == "FluShot" {
		return min(maxLookahead, o.Lookahead+o.Lookahead/3)
	}
	return o.Lookahead
}

// maxLookahead is the most that any lookahead may be, in days.
const maxLookahead = 730
