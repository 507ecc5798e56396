package search

import (
	"slices"
	"strings"
	"time"

	"timeslots/internal/timeslot"
)

// ask is one fragment that a query needs, and the source report that it counts towards.
type ask struct {
	key     timeslot.FragmentKey
	subject subject
	counts  bool   // its slots are counted in the report; v4 repeats what v5 lists
	why     string // of an area around a point

	borrowed bool // others have it refreshed
	gaps     bool // see chosen
}

// subject is what one source report is about: a clinician, a department and visit type, the area, the directory.
type subject struct {
	source timeslot.Source
	name   string
}

const (
	areaName       = "area"
	departmentList = "departments"
)

// plan is what a query needs from upstream. Asks known at once are in slots; what the directory has to name first is
// added by expand.
type plan struct {
	engine *Engine
	query  *timeslot.Query
	now    time.Time
	blocks []timeslot.Block
	last   timeslot.Date // the window's last day in any zone

	// The days of the window in any zone, as far as upstream may be asked. Of a block, areas are asked for those at least.
	from, until timeslot.Date

	listed     []timeslot.Department     // in the directory, as far as it is at hand
	stretches  map[uint8][]stretchOfDays // by days of a part
	visitTypes []visitName               // of the query
	slots      []ask
	directory  []ask
	skipped    []timeslot.SourceReport

	outage bool // areas cannot be read: copies have to do

	code       *revealed          // where the query's postal code is, if circles may serve it; nil otherwise
	byItself   map[string]bool    // visit types for which it is asked for by itself all the same
	leftOut    map[clinicKey]bool // clinics of which its distance is not known any more
	background []ask              // what is to be at hand for the next query
	check      []ask              // to be asked for again at times

	clinicsSeen map[timeslot.Source]map[string]bool // of the area: asked, or passed over
	passedOver  map[subject]string                  // for search.maxDepartments, with the department's key
}

// plan cuts the query into canonical reads: coarse ones, so that other queries share them (docs/architecture.md §4).
// Departments is the directory's list as far as it is at hand.
func (e *Engine) plan(q *timeslot.Query, departments []timeslot.Department) *plan {
	p := &plan{engine: e, query: q, now: e.opt.Now(), visitTypes: spelled(q.VisitTypes, departments), clinicsSeen: map[timeslot.Source]map[string]bool{}, passedOver: map[subject]string{}}
	p.last = p.lastDay()
	p.from, p.until = max(q.StartDate, timeslot.EarliestToday(p.now)), min(p.last, p.reach())
	p.blocks = blocksOf(p.from, p.until)
	p.listed = departments
	p.code = e.placeOfCode(q, p.now)
	p.slots, p.directory = make([]ask, 0, len(q.NPIs)*len(p.blocks)), make([]ask, 0, len(q.NPIs))
	for _, npi := range q.NPIs {
		p.clinician(npi)
	}
	for _, urlName := range q.Departments {
		for _, visitType := range p.visitTypes {
			p.department(urlName, visitType)
		}
	}
	if q.HasLocation() {
		p.area()
	}
	return p
}

// visitName is a visit type as upstream is asked for it, and as reports name it.
type visitName struct{ asked, shown string }

// spelled gives each visit type the spelling that the directory uses, so that "illness" and "Illness" are one read. A
// name that the directory does not know is asked for as it came, and shown in lower case: equal queries have equal
// answers.
func spelled(wanted []string, departments []timeslot.Department) []visitName {
	names := make([]visitName, len(wanted))
	for i, name := range wanted {
		names[i] = visitName{name, strings.ToLower(name)}
		for j := range departments {
			if known := offered(&departments[j], []string{name}); len(departments[j].VisitTypes) > 0 && len(known) > 0 {
				names[i] = visitName{known[0], known[0]}
				break
			}
		}
	}
	return names
}

// lastDay is the last day of the window where it ends last.
func (p *plan) lastDay() timeslot.Date {
	if p.query.EndDate != 0 {
		return p.query.EndDate
	}
	return max(p.query.StartDate, timeslot.LatestToday(p.now)) + timeslot.Date(p.engine.opt.Limits.Window)
}

// reach is the last day that upstream may be asked for.
func (p *plan) reach() timeslot.Date {
	return timeslot.EarliestToday(p.now) + timeslot.Date(p.engine.lookahead.known.Load().largest)
}

// blocksOf are the blocks that hold a day from first to last.
func blocksOf(first, last timeslot.Date) (blocks []timeslot.Block) {
	for b := timeslot.BlockOf(first); b.First() <= last; b++ {
		blocks = append(blocks, b)
	}
	return blocks
}

// departmentsAsk is the directory's list of departments, which every query needs: for names and places, for the
// spelling of visit types, and for the clinics of an area.
func (e *Engine) departmentsAsk() ask {
	return ask{
		key:     timeslot.FragmentKey{Operation: timeslot.OpDepartments, Version: directoryVersion(e.opt.Sources[timeslot.Directory].Version)},
		subject: subject{timeslot.Directory, departmentList},
	}
}

// directoryVersion is the version in which the directory is read.
func directoryVersion(configured string) uint8 {
	if configured == "v1" {
		return 1
	}
	return 4
}

// wantedListing is a listing that is read, and in which version. Of several listings of one surface the first counts: the others
// repeat what it lists.
type wantedListing struct {
	*timeslot.Listing
	version uint8
	counts  bool
}

// wantedListings are those of each surface, as it is configured.
func wantedListings(o *Options) map[timeslot.Source][]wantedListing {
	wanted := map[timeslot.Source][]wantedListing{}
	for _, f := range o.Surfaces.List() {
		for i := range f.Listings {
			l := &f.Listings[i]
			if version, ok := l.VersionFor(o.Sources[f.Source].Version); ok {
				wanted[f.Source] = append(wanted[f.Source], wantedListing{l, version, len(wanted[f.Source]) == 0})
			}
		}
	}
	return wanted
}

// enabled reports whether a surface takes part; a thing of one that does not is reported as skipped.
func (p *plan) enabled(f *timeslot.Surface, t subject) bool {
	byBlocks := slices.ContainsFunc(f.Listings, func(l timeslot.Listing) bool { return l.ByBlocks })
	if p.engine.opt.Sources[f.Source].Enabled && (len(p.blocks) > 0 || !byBlocks) {
		return true
	}
	p.skipped = append(p.skipped, timeslot.SourceReport{Source: t.source, Key: t.name, Status: timeslot.StatusSkipped})
	return false
}

// read adds the reads of a listing to asks: key says of whom or what, and of which visit type.
func (p *plan) read(asks []ask, l wantedListing, t subject, key timeslot.FragmentKey) []ask {
	key.Operation, key.Version = l.Operation, l.version
	a := ask{subject: t, counts: l.counts, key: key}
	if !l.ByBlocks {
		return append(asks, a)
	}
	for _, a.key.Block = range p.blocks {
		asks = append(asks, a)
	}
	return asks
}
