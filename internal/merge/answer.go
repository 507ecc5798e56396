package merge

import (
	"cmp"
	"math"
	"slices"

	"timeslots/internal/timeslot"
)

// answer is a fragment in its place among the others.
type answer struct {
	*timeslot.Fragment
	listing  *timeslot.Listing // nil: it lists no times
	spelling spelling
	knows    knowledge
	parts    *partition
}

// asks is whom or what it was asked for; 0: it lists no times.
func (a *answer) asks() timeslot.Subject {
	if a.listing == nil {
		return 0
	}
	return a.listing.Surface().Asks
}

// ofArea reports whether the answer is for an area, which may be wider than the caller's own.
func (a *answer) ofArea() bool { return a.asks() == timeslot.AsksArea }

// around reports whether that is around a point, so that others may overlap it.
func (a *answer) around() bool { return a.ofArea() && a.Key.Area.PostalCode == "" }

// place is that of its source among the others.
func (a *answer) place() int {
	if a.listing == nil {
		return math.MaxInt
	}
	return a.listing.Surface().Place()
}

// spelling is how identities are spelled, which goes with the listing. The values are bits, in the order in which ids of visit
// types are preferred.
type spelling uint16

// ofOthers is that of answers that list no times.
const ofOthers spelling = 1 << 15

func spellingOf(l *timeslot.Listing) spelling {
	if l == nil {
		return ofOthers
	}
	return 1 << l.Place()
}

// knowledge is what an answer knows about clinicians and departments.
type knowledge uint8

const (
	nothingMore knowledge = iota // than that it lists times of theirs
	departmentList
	departmentInfo
	providerInfo
	described // beside their times
)

func knowledgeOf(op timeslot.Operation, l *timeslot.Listing) knowledge {
	switch {
	case op == timeslot.OpDepartments:
		return departmentList
	case op == timeslot.OpDepartmentInfo:
		return departmentInfo
	case op == timeslot.OpProviderInfo:
		return providerInfo
	case l != nil && l.Describes:
		return described
	default:
		return nothingMore
	}
}

// byFreshness orders fragments freshest first, then by source and by the text of their keys: everything that takes the
// first of several then takes the same one, whatever order the fragments came in.
func byFreshness(fragments []*timeslot.Fragment, surfaces *timeslot.Surfaces) []answer {
	answers := make([]answer, len(fragments))
	for i, f := range fragments {
		l := surfaces.Listing(&f.Key)
		answers[i] = answer{Fragment: f, listing: l, spelling: spellingOf(l), knows: knowledgeOf(f.Key.Operation, l)}
	}
	slices.SortStableFunc(answers, func(a, b answer) int {
		if c := b.FetchedAt.Compare(a.FetchedAt); c != 0 {
			return c
		}
		if c := cmp.Compare(a.place(), b.place()); c != 0 {
			return c
		}
		return compareKeys(&a.Key, &b.Key)
	})
	return answers
}

// compareKeys orders keys by their texts. Blocks of one calendar, which one call brings, differ in their numbers alone.
func compareKeys(a, b *timeslot.FragmentKey) int {
	const least, most = 100, 999 // numbers of as many digits are in the order of their texts
	if a.Block >= least && a.Block <= most && b.Block >= least && b.Block <= most {
		alike := *b
		if alike.Block = a.Block; *a == alike && a.Span.Days == 0 {
			return cmp.Compare(a.Block, b.Block)
		}
	}
	return cmp.Compare(a.String(), b.String())
}
