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
	Unions        *Unions              // nil: nothing is kept
	Surfaces      *timeslot.Surfaces   // the same for all questions that share Unions; nil: DexCare's
	Profiles      []Profile            // that the query may name; nil: those of [Profiles]

	// First asks for the total and the first slot alone: PerFragment is not counted, and there is no cursor. What lies
	// outside of what the query asks for is not looked at.
	First bool

	// Miles is the distance from the query's postal code to a department, as upstream named it in an earlier answer for the code:
	// for those that answers for other areas list. Such a one that it does not know lies outside. May be nil.
	Miles func(ehrInstance, departmentID string) (miles float64, ok bool)

	// Asked is whom and what a query by entries has asked for, with the status of each for the case that it has no slots.
	Asked []timeslot.Entry
}

// Output is the answer, and how much each fragment had to say.
type Output struct {
	// Result lacks Complete, Reports and NextAvailable, and has Entries in place of Slots where the query says By. Its
	// schedules, providers and the lists in its departments are shared with other answers: nobody writes to them.
	Result *timeslot.Result

	// PerFragment counts the slots that each of Input.Fragments lists inside the window and after now, before filters.
	PerFragment []int
}

// defaultLimit is the page size where the query names none (docs/interface.md §3.1).
const defaultLimit = 100

// Merge unites, filters and ranks. It cannot fail: what it does not know, it leaves out.
func Merge(in Input) *Output {
	q := newQuestion(in)
	defer q.release()
	q.visit()
	q.choose()
	out := &Output{PerFragment: q.perFragment}
	doubtful := q.anyDoubtful()
	q.firstDays()
	if q.Query.By != "" {
		out.Result = q.entriesResult()
	} else {
		out.Result = q.result()
	}
	out.Result.Doubtful = doubtful
	return out
}
