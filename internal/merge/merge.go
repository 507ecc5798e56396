package merge

import (
	"time"

	"timeslots/internal/timeslot"
)

// Input is what one answer is made of. Nothing in it is written to.
type Input struct {
	Query         *timeslot.Query // canonical: Normalize was called; ParseCursor accepts its cursor, else the page is empty
	Now           time.Time
	DefaultWindow int                  // days; without an end date the answer ends that many days after its first, inclusive
	Fragments     []*timeslot.Fragment // in any order, none nil
	Taken         Taken                // nil: nothing is taken
	Zones         *Zones               // nil: zones are loaded anew

	// Asked is whom and what a query by entries has asked for, with the status of each for the case that it has no slots.
	Asked []timeslot.Entry
}

// Taken knows the slots that must not be offered. It is asked with every spelling of a slot, and one yes is enough.
// It must not block. Real: the view of the cache's ledger.
type Taken interface {
	Hides(s *timeslot.Schedule, slot *timeslot.Slot, now time.Time) bool

	// Doubting reports whether Doubts may say yes, and Doubts whether a slot of s may be a taken one of which nobody knows
	// yet which it is.
	Doubting() bool
	Doubts(s *timeslot.Schedule, now time.Time) bool
}

// Output is the answer, and how much each fragment had to say.
type Output struct {
	// Result lacks Complete, Reports and NextAvailable, and has Entries in place of Slots where the query says By. Its offers, providers and departments are its
	// own, but lists in them (specialties, visit types) are shared with the fragments.
	Result *timeslot.Result

	// PerFragment counts the slots that each of Input.Fragments lists inside the window and after now, before filters.
	PerFragment []int
}

// defaultLimit is the page size where the query names none (docs/interface.md §3.1).
const defaultLimit = 100

// Merge unites, filters and ranks. It cannot fail: what it does not know, it leaves out.
func Merge(in Input) *Output {
	m := newMerger(in)
	m.readAsked()
	m.readPlaces()
	m.readRows()
	m.joinRows()
	m.formGroups()
	m.describeGroups()
	m.grantAuthority()
	m.filterGroups()

	units := m.unite(m.collect())
	units = m.coverPools(units)
	units = m.profiled(units)
	units = m.offerable(units)
	doubtful := m.anyDoubtful(units)
	units = m.firstDays(units)
	out := &Output{PerFragment: m.perFragment}
	if m.Query.By != "" {
		out.Result = m.entriesResult(units)
	} else {
		out.Result = m.result(m.rank(units))
	}
	out.Result.Doubtful = doubtful
	return out
}

// merger is the state of one merge. Its parts are filled by the steps of [Merge], in that order.
type merger struct {
	Input
	answers     []answer
	perFragment []int

	rowPlaces []int32 // place of each row

	rows   []row
	sites  []site
	visits []visit

	siteOf  map[siteKey]int32
	visitOf map[visitKey]int32
	namedAt map[namedKey]int32 // the first visit type that a site has under a name
	names   map[string]int32   // short names in lower case
	spelled map[string]int32   // short names as they come, so that few are brought into lower case
	lowered []string           // short names in lower case, by number + 1: none comes first

	places  []place
	placeOf map[placeKey]int32

	zones map[string]*zone
	fixed map[int16]*zone

	groups   []group // in the order of distance, then identity
	families []family
	shift    uint // how many bits of a sort key hold the group

	entries []entry // listed slots, sorted
}

func newMerger(in Input) *merger {
	m := &merger{
		Input:       in,
		answers:     byFreshness(in.Fragments),
		perFragment: make([]int, len(in.Fragments)),
		names:       map[string]int32{"": noName},
		spelled:     map[string]int32{},
		lowered:     []string{""},
		placeOf:     map[placeKey]int32{},
		zones:       map[string]*zone{},
	}
	if m.Zones == nil {
		m.Zones = &Zones{}
	}
	return m
}
