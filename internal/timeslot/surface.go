package timeslot

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// Surface is what is particular to one of the surfaces that list times. All that differs by surface asks it, but how it is read
// (package fetch/decode) and, where that takes more than its listings say, which of its reads a query needs (package search).
type Surface struct {
	Source     Source
	Asks       Subject
	Operations []Operation // that it serves: those of its listings, and what only drop-in routes read
	Versions   []string    // that configuration may choose, the default first
	OwnLink    bool        // slots that only such surfaces list are handed off by a template of their own
	Listings   []Listing

	place int // among the surfaces: in answers, and among answers of one age
}

// Subject is whom or what a surface is asked for.
type Subject uint8

// The subjects. The directory has none of them.
const (
	AsksDepartment Subject = iota + 1 // by its URL name, for one visit type
	AsksClinician                     // by NPI
	AsksArea                          // whose answer may be wider than the caller's own circle
)

// Listing is a read of a surface that lists times. A version that spells the ids of visit types in its own way is a listing of
// its own (docs/dexcare.md §11.6).
type Listing struct {
	Operation Operation
	Version   uint8    // 0: any that no listing before names
	Chosen    []string // the configured versions with which it is read; nil: all

	Preference int  // among the ids that listings have for one visit type: that of the smallest is shown
	ByBlocks   bool // asked for by days: its keys have a block
	AllTypes   bool // one read lists every visit type; otherwise it is asked for each
	Denies     bool // what it does not list of its subject does not exist, see package merge
	Describes  bool // says more about clinicians and departments than that it lists times of theirs
	SlotIDs    Handle

	surface *Surface
	place   int // by preference
}

// Handle is the booking that slot ids are for.
type Handle uint8

// The handles.
const (
	NoHandle       Handle = iota
	RetailHandle          // docs/dexcare.md §7.1
	ProviderHandle        // docs/dexcare.md §7.2
)

// Surface is the one whose listing it is.
func (l *Listing) Surface() *Surface { return l.surface }

// Place is its number by preference, from 0.
func (l *Listing) Place() int { return l.place }

// VersionFor is the version to read where one is configured, and whether the listing is read then at all.
func (l *Listing) VersionFor(configured string) (version uint8, wanted bool) {
	if !slices.Contains(l.surface.Versions, configured) {
		configured = l.surface.Versions[0]
	}
	chosen := l.Chosen
	if chosen == nil {
		chosen = l.surface.Versions
	}
	if !slices.Contains(chosen, configured) {
		return 0, false
	}
	version, ok := versionNumber(configured)
	if !ok {
		version, _ = versionNumber(chosen[0])
	}
	return version, true
}

// versionNumber reads "v5"; others, such as "both", have none.
func versionNumber(version string) (uint8, bool) {
	if len(version) < 2 || version[0] != 'v' {
		return 0, false
	}
	n, err := strconv.ParseUint(version[1:], 10, 8)
	return uint8(n), err == nil
}

// Place is its number among the surfaces, from 0.
func (s *Surface) Place() int { return s.place }

// dexCare are the surfaces that DexCare has.
var dexCare = surfacesOf([]Surface{
	{
		Source: CareDirect, Asks: AsksDepartment, Versions: []string{"v2", "v1"},
		Operations: []Operation{OpDepartmentTimeslots, OpRegionWaitTimes, OpPractice, OpStatusPage}, // which live as briefly
		Listings:   []Listing{{Operation: OpDepartmentTimeslots, Preference: 3, Denies: true, SlotIDs: RetailHandle}},
	},
	{
		Source: ProviderDirect, Asks: AsksClinician, Versions: []string{"v5", "v4", "both"}, OwnLink: true,
		Operations: []Operation{OpProviderTimeslots, OpSlotsSearch},
		Listings: []Listing{
			{
				Operation: OpProviderTimeslots, Version: 5, Chosen: []string{"v5", "both"},
				Preference: 1, ByBlocks: true, AllTypes: true, Denies: true, SlotIDs: ProviderHandle,
			},
			{
				Operation: OpProviderTimeslots, Chosen: []string{"v4", "both"},
				Preference: 4, ByBlocks: true, Denies: true, SlotIDs: ProviderHandle,
			},
		},
	},
	{
		Source: CareOptions, Asks: AsksArea, Versions: []string{"v1"},
		Operations: []Operation{OpAvailabilitySlots, OpAvailabilityProviders},
		Listings:   []Listing{{Operation: OpAvailabilitySlots, Preference: 2, ByBlocks: true, Describes: true}},
	},
})

// Surfaces are those that a tenant has, in the order in which answers name them. Nil are DexCare's own.
type Surfaces struct {
	list     []Surface
	listings []*Listing // by preference
	asking   [AsksArea + 1][]*Surface
}

// DexCare are the surfaces that DexCare has.
func DexCare() *Surfaces { return dexCare }

const (
	maxSurfaces = 8  // bits of a SourceSet
	maxListings = 15 // bits that merging has for them, less one for all other answers
)

// NewSurfaces checks and numbers surfaces.
func NewSurfaces(list ...Surface) (*Surfaces, error) {
	s := surfacesOf(slices.Clone(list))
	if len(list) > maxSurfaces || len(s.listings) > maxListings {
		return nil, fmt.Errorf("%d surfaces with %d listings: at most %d and %d", len(list), len(s.listings), maxSurfaces, maxListings)
	}
	for i := range list {
		f := &s.list[i]
		if f.Asks == 0 || f.Asks > AsksArea || len(f.Versions) == 0 {
			return nil, fmt.Errorf("surface %q: Asks and Versions are needed", f.Source)
		}
		for _, op := range f.Operations {
			if s.SourceOf(op) != f.Source || op.OfDirectory() {
				return nil, fmt.Errorf("surface %q: operation %q is another's", f.Source, op)
			}
		}
		for j := range f.Listings {
			if !slices.Contains(f.Operations, f.Listings[j].Operation) {
				return nil, fmt.Errorf("surface %q: operation %q of a listing is none of its own", f.Source, f.Listings[j].Operation)
			}
		}
	}
	return s, nil
}

func surfacesOf(list []Surface) *Surfaces {
	s := &Surfaces{list: list}
	for i := range list {
		f := &list[i]
		f.place, f.Listings = i, slices.Clone(f.Listings)
		s.asking[min(f.Asks, AsksArea)] = append(s.asking[min(f.Asks, AsksArea)], f)
		for j := range f.Listings {
			f.Listings[j].surface = f
			s.listings = append(s.listings, &f.Listings[j])
		}
	}
	slices.SortStableFunc(s.listings, func(a, b *Listing) int { return cmp.Compare(a.Preference, b.Preference) })
	for i, l := range s.listings {
		l.place = i
	}
	return s
}

func (s *Surfaces) orDexCare() *Surfaces {
	if s == nil {
		return dexCare
	}
	return s
}

// List has them all. Nobody writes to it.
func (s *Surfaces) List() []Surface { return s.orDexCare().list }

// Asking are those that are asked for a subject.
func (s *Surfaces) Asking(subject Subject) []*Surface { return s.orDexCare().asking[subject] }

// Sources are theirs.
func (s *Surfaces) Sources() (sources []Source) {
	for i := range s.List() {
		sources = append(sources, s.List()[i].Source)
	}
	return sources
}

// ReadFrom are the sources that are read from: theirs, and the directory.
func (s *Surfaces) ReadFrom() []Source { return append(s.Sources(), Directory) }

// Operations are all reads, the directory's too.
func (s *Surfaces) Operations() (ops []Operation) {
	for i := range s.List() {
		ops = append(ops, s.List()[i].Operations...)
	}
	return append(ops, directory[:]...)
}

// Serving is the surface that serves an operation; nil for the directory's.
func (s *Surfaces) Serving(op Operation) *Surface {
	list := s.List()
	for i := range list {
		if slices.Contains(list[i].Operations, op) {
			return &list[i]
		}
	}
	return nil
}

// SourceOf is the source that serves an operation.
func (s *Surfaces) SourceOf(op Operation) Source {
	if f := s.Serving(op); f != nil {
		return f.Source
	}
	return Directory
}

// Asked is whom or what an operation is asked for, by the surface that serves it; 0 for the directory's.
func (s *Surfaces) Asked(op Operation) Subject {
	if f := s.Serving(op); f != nil {
		return f.Asks
	}
	return 0
}

// Listing is the one that a read is of; nil where it lists no times.
func (s *Surfaces) Listing(k *FragmentKey) *Listing {
	list := s.List()
	for i := range list {
		for j := range list[i].Listings {
			if l := &list[i].Listings[j]; l.Operation == k.Operation && (l.Version == k.Version || l.Version == 0) {
				return l
			}
		}
	}
	return nil
}

// ByBlocks reports whether a read is asked for by days, so that its key has a block.
func (s *Surfaces) ByBlocks(k *FragmentKey) bool {
	l := s.Listing(k)
	return l != nil && l.ByBlocks && !k.Exact
}

// SourceSet is a set of surfaces by their places: which of them list a slot.
type SourceSet uint8

// Set is the surface alone.
func (s *Surface) Set() SourceSet { return 1 << s.place }

// SetOf is a set of some sources. What is no surface's source is left out.
func (s *Surfaces) SetOf(sources ...Source) (set SourceSet) {
	for i := range s.List() {
		if f := &s.List()[i]; slices.Contains(sources, f.Source) {
			set |= f.Set()
		}
	}
	return set
}

// Named are the sources of a set, in the order of the surfaces.
func (s *Surfaces) Named(set SourceSet) (sources []Source) {
	for i := range s.List() {
		if f := &s.List()[i]; set&f.Set() != 0 {
			sources = append(sources, f.Source)
		}
	}
	return sources
}
