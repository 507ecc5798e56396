package merge

import (
	"time"

	"timeslots/internal/timeslot"
)

// authority is an answer's right to say that a slot does not exist. It speaks for the starts that it covers, and
//
//   - for its clinician or its department, whichever its surface is asked for;
//   - for the visit type that it was asked for, or for all of them;
//
// and of these only for the calendars that its listing has shown to speak of: this answer of it or another one at hand
// names the clinician at the department under the visit type. Silence about a calendar that a surface never spoke of
// denies nothing: retail clinicians are not in Provider Direct. Nor does an answer deny of which something could not be
// read, since that may be what it seems to leave out. Which copy is older by the time of one call tells nothing
// either: see settle.
//
// Nothing overrules that does not deny (see [timeslot.Listing]), as answers for an area do not; nor does the answer for a
// clinician where the NPI is a pool, nor an answer "not found". A visit
// type is the one asked for when its short name is, or when the answer lists it.
type authority struct {
	asked       int64 // Unix nanoseconds
	from, until int64 // Unix seconds, half open
	spelling    spelling
	npi         string  // whom it speaks for; empty where that is a department
	answer      *answer // only while a clinic is built
	all         bool    // every visit type
	name        string  // the visit type asked for
}

// settle is how much fresher an answer must be to deny what another one lists: longer than two calls take. Times of
// fetching are those of asking, so that which of two calls upstream saw first is not known when they are closer.
const settle = 5 * time.Second

// authorities are the rights of all answers, by the clinician or by the department's URL name that they speak for.
func authorities(answers []answer) (byNPI, byURL map[string][]authority) {
	byNPI, byURL = map[string][]authority{}, map[string][]authority{}
	for i := range answers {
		a := &answers[i]
		if a.listing == nil || !a.listing.Denies || a.NotFound || a.Dropped > 0 || a.Covers.Until.IsZero() {
			continue
		}
		right := authority{
			asked: a.FetchedAt.UnixNano(),
			from:  a.Covers.From.Unix(), until: a.Covers.Until.Unix(),
			spelling: a.spelling, answer: a,
			all:  a.listing.AllTypes && a.Key.VisitType == "",
			name: a.Key.VisitType,
		}
		switch a.asks() {
		case timeslot.AsksClinician:
			right.npi = a.Key.NPI
			byNPI[right.npi] = append(byNPI[right.npi], right)
		case timeslot.AsksDepartment:
			byURL[a.Key.Department] = append(byURL[a.Key.Department], right)
		}
	}
	return byNPI, byURL
}

// grantAuthority gives every group the authorities that could end one of its slots.
func (b *builder) grantAuthority() {
	if len(b.rights) == 0 {
		return
	}
	for i := range b.groups {
		g := &b.groups[i]
		pool := b.sites[g.site].pool
		for j := range b.rights {
			a := &b.rights[j]
			if a.answer.asks() == timeslot.AsksDepartment || !pool && a.npi == g.npi {
				b.grant(g, a)
			}
		}
	}
}

// grant keeps an authority that speaks for g and is fresher than its oldest row.
func (b *builder) grant(g *group, a *authority) {
	oldest := b.asked[b.rows[g.rows[len(g.rows)-1]].part]
	shown := b.spelledBy(g)
	if g.family >= 0 && g.member == "" { // who names a member speaks of the pool
		for _, member := range b.families[g.family].members {
			shown |= b.spelledBy(&b.groups[member])
		}
	}
	if a.deniesSince(oldest) && shown&a.spelling != 0 && (a.all || b.speaksFor(a, g)) {
		granted := *a
		granted.answer = nil // which a clinic outlives
		g.authorities = append(g.authorities, granted)
	}
}

// spelledBy is the spellings of those that name the group.
func (b *builder) spelledBy(g *group) (set spelling) {
	for _, r := range g.rows {
		set |= b.rows[r].spelling
	}
	return set
}

// deniesSince reports whether the answer is so much fresher than one that was asked for at that time that it may deny what
// that lists.
func (a *authority) deniesSince(asked int64) bool { return a.asked-asked > int64(settle) }

func (b *builder) speaksFor(a *authority, g *group) bool {
	name := b.names.number(a.name)
	if name != noName && name == b.names.number(g.schedule.VisitTypeName) {
		return true
	}
	for _, i := range g.rows {
		r := &b.rows[i]
		if b.listed[r.part].answer == a.answer || name != noName && name == r.name {
			return true
		}
	}
	return false
}

// stands reports whether a slot of g still exists whose freshest listing was asked for at that time (Unix nanoseconds). An
// answer that denies it is fresher, so it cannot list it: looking for the slot in it is not needed.
func (g *group) stands(start int64, asked int64) bool {
	for i := range g.authorities {
		a := &g.authorities[i]
		if a.deniesSince(asked) && start >= a.from && start < a.until {
			return false
		}
	}
	return true
}
