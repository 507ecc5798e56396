package search

import (
	"context"
	"testing"
	"testing/synctest"

	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// unnamed is a region whose answers lack something of a clinic.
type unnamed struct {
	*region
	without func(f *timeslot.Fragment, d *timeslot.Department)
}

func (n *unnamed) FetchBlocks(ctx context.Context, key timeslot.FragmentKey, through timeslot.Block, call fetch.Call) ([]*timeslot.Fragment, error) {
	parts, err := n.region.FetchBlocks(ctx, key, through, call)
	for _, f := range parts {
		for i := range f.Departments {
			if d := &f.Departments[i]; d.ID == "3" && sourceOf(key) == timeslot.CareOptions {
				n.without(f, d)
			}
		}
	}
	return parts, err
}

// Where upstream never says how far a clinic is, its codes are asked for by themselves, and circles are not read for them, too.
func TestCodesWhoseAnswersDoNotHelpAreAskedForByThemselves(t *testing.T) {
	for name, c := range map[string]struct {
		away    float64
		without func(f *timeslot.Fragment, d *timeslot.Department)
	}{
		"no position": {31, func(_ *timeslot.Fragment, d *timeslot.Department) { d.Point = nil }},
		"no distance": {3, func(f *timeslot.Fragment, d *timeslot.Department) { delete(f.Distances, d.Key()) }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, _ := codedRegion(t)
				at := destination(seattle, -1, c.away)
				r.clinics[3].Point = &at
				e := newEngine(t, r.desk, func(o *Options) {
					o.Fetcher = &unnamed{r, c.without}
					o.Sources[timeslot.CareDirect] = SourceOptions{}
					o.Limits.AreaSlack = 0.25
				})
				look := func() {
					r.set(func() { clear(r.reads) })
					for range 100 {
						for code := range r.codes {
							e.mustSearch(t, byCode(code, 25), Caller{})
						}
						pass(policy.Fresh / 10)
					}
				}
				look()
				look()
				if codes, circles := r.readsByKind(); codes+circles > 33 {
					t.Errorf("%d reads of three codes and %d of circles in ten fresh times", codes, circles)
				}
			})
		})
	}
}
