package timeslot

import (
	"hash/fnv"
	"slices"
)

// Clinicians is the set of those whom an answer may speak of, whether it offers a slot of theirs at present or not:
// enough to tell whether an event concerns the answer. It holds hashes of NPIs, so now and then an event seems to
// concern an answer that it does not, and never the other way. The empty set means that nobody knows: an answer that was
// not read is repeated without knowing of whom it speaks.
type Clinicians []uint64

// CliniciansOf collects all whom the fragments name as those who see patients.
func CliniciansOf(fragments ...*Fragment) Clinicians {
	var set Clinicians
	last := ""
	for _, f := range fragments {
		if f.Key.Operation.OfDirectory() {
			continue
		}
		if f.Key.NPI != "" {
			set = append(set, hashOf(f.Key.NPI))
		}
		for i := range f.Schedules {
			if npi := f.Schedules[i].NPI; npi != last && npi != f.Key.NPI {
				set = append(set, hashOf(npi))
				last = npi
			}
		}
	}
	slices.Sort(set)
	return slices.Clip(slices.Compact(set))
}

// CliniciansIn is the union of some sets. They are joined two by two, so that many small ones take no more than their size.
func CliniciansIn(sets ...Clinicians) Clinicians {
	switch n := len(sets); n {
	case 0:
		return nil
	case 1:
		return sets[0]
	default:
		return CliniciansIn(sets[:n/2]...).With(CliniciansIn(sets[n/2:]...))
	}
}

// With is the set with others.
func (c Clinicians) With(others Clinicians) Clinicians {
	var both Clinicians // nil as long as all others are in c
	i := 0
	for j, o := range others {
		from := i
		for i < len(c) && c[i] < o {
			i++
		}
		if both != nil {
			both = append(both, c[from:i]...)
		}
		if i < len(c) && c[i] == o {
			continue
		}
		if both == nil {
			both = append(make(Clinicians, 0, len(c)+len(others)-j), c[:i]...)
		}
		both = append(both, o)
	}
	if both == nil {
		return c
	}
	return append(both, c[i:]...)
}

// Has reports whether the clinician may be among them.
func (c Clinicians) Has(npi string) bool {
	_, found := slices.BinarySearch(c, hashOf(npi))
	return found
}

func hashOf(npi string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(npi)) // never fails
	return h.Sum64()
}

// CliniciansNamed collects clinicians by their NPIs.
func CliniciansNamed(npis ...string) Clinicians {
	set := make(Clinicians, len(npis))
	for i, npi := range npis {
		set[i] = hashOf(npi)
	}
	slices.Sort(set)
	return slices.Clip(slices.Compact(set))
}
