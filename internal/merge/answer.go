package merge

import (
	"cmp"
	"slices"

	"timeslots/internal/timeslot"
)

// answer is a fragment in its place among the others.
type answer struct {
	*timeslot.Fragment
	surface surface
	parts   *partition
}

// ofArea reports whether the answer is for an area, which may be wider than the caller's own.
func (a *answer) ofArea() bool { return a.surface == surfaceCareOptions }

// around reports whether that is around a point, so that others may overlap it.
func (a *answer) around() bool { return a.surface == surfaceCareOptions && a.Key.Area.PostalCode == "" }

// surface is a spelling of identities: Provider Direct has one per version, because v4 may name visit types by other
// ids than v5 (docs/dexcare.md §11.6). The values are bits, in the order in which ids of visit types are preferred.
type surface uint8

const (
	surfaceProviderV5 surface = 1 << iota
	surfaceCareOptions
	surfaceCareDirect
	surfaceProviderV4
	surfaceOther
)

func surfaceOf(k timeslot.FragmentKey) surface {
	switch k.Operation {
	case timeslot.OpProviderTimeslots:
		if k.Version == 5 {
			return surfaceProviderV5
		}
		return surfaceProviderV4
	case timeslot.OpAvailabilitySlots:
		return surfaceCareOptions
	case timeslot.OpDepartmentTimeslots:
		return surfaceCareDirect
	default:
		return surfaceOther
	}
}

// byFreshness orders fragments freshest first, then by source and by the text of their keys: everything that takes the
// first of several then takes the same one, whatever order the fragments came in.
func byFreshness(fragments []*timeslot.Fragment) []answer {
	answers := make([]answer, len(fragments))
	for i, f := range fragments {
		answers[i] = answer{Fragment: f, surface: surfaceOf(f.Key)}
	}
	slices.SortStableFunc(answers, func(a, b answer) int {
		if c := b.FetchedAt.Compare(a.FetchedAt); c != 0 {
			return c
		}
		if c := cmp.Compare(sourceOrder(&a.Key), sourceOrder(&b.Key)); c != 0 {
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

func sourceOrder(k *timeslot.FragmentKey) int {
	switch k.Source() {
	case timeslot.CareDirect:
		return 0
	case timeslot.ProviderDirect:
		return 1
	case timeslot.CareOptions:
		return 2
	default:
		return 3
	}
}
