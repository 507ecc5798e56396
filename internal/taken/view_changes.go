package taken

import (
	"slices"

	"timeslots/internal/timeslot"
)

// viewChange is what one version of a view has that the one before had not, or the other way round.
type viewChange struct {
	version  uint64
	everyone bool     // it may concern any answer
	marks    bool     // marks came or went, and not only fragments were overtaken
	npis     []string // else those whose answers it concerns
}

// maxChanges is how many versions back a view can tell what changed. Answers that are older than that count as
// concerned.
const maxChanges = 128

// Touches reports whether an answer that was merged under the version since, and speaks of the clinicians, may be another
// under this view. Claims that came or went concern the answers that speak of their clinician; claims of nobody known,
// and events, concern all. An answer of which nobody knows whom it speaks of is concerned by everything.
func (v *View) Touches(since uint64, clinicians timeslot.Clinicians) bool {
	return v.changed(since, clinicians, func(*viewChange) bool { return true })
}

// Changes reports whether Hides may say something else about a slot of one of the clinicians than it did under the version
// since: other than for Touches, fragments that were overtaken do not count.
func (v *View) Changes(since uint64, clinicians timeslot.Clinicians) bool {
	return v.changed(since, clinicians, func(c *viewChange) bool { return c.marks })
}

func (v *View) changed(since uint64, clinicians timeslot.Clinicians, counts func(*viewChange) bool) bool {
	if since == v.version {
		return false
	}
	if since > v.version || len(clinicians) == 0 || len(v.changes) == 0 || since+1 < v.changes[0].version {
		return true
	}
	for i := len(v.changes) - 1; i >= 0 && v.changes[i].version > since; i-- {
		if c := &v.changes[i]; counts(c) && (c.everyone || slices.ContainsFunc(c.npis, clinicians.Has)) {
			return true
		}
	}
	return false
}

// concern notes whose answers a draft's change is about.
func (d *draft) concern(npi string) {
	if npi == "" {
		d.everyone = true
		return
	}
	d.concerns = append(d.concerns, npi)
}

// advance makes a new version of what was noted.
func (d *draft) advance() {
	d.version++
	kept := d.changes
	if len(kept) >= maxChanges {
		kept = kept[len(kept)-maxChanges+1:]
	}
	d.changes = append(slices.Clip(kept), viewChange{version: d.version, everyone: d.everyone, marks: d.marked, npis: d.concerns})
}
