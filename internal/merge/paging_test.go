package merge_test

import (
	"fmt"
	"maps"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
	"timeslots/test/rig/figure"
)

// pageAfter is the page that a cursor leads to.
func pageAfter(in merge.Input, cursor string, limit int) *timeslot.Result {
	q := *in.Query
	q.Cursor, q.Limit = cursor, limit
	in.Query = &q
	return mergeOf(in)
}

var profiles = rapid.SampledFrom(rankings)

// TestPagesAreTheWholeInParts: with pages of any length, one after the other, and nothing that changes underneath.
func TestPagesAreTheWholeInParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		whole := pageAfter(in, "", 500)
		var parts []timeslot.Offer
		for cursor := ""; ; {
			page := pageAfter(in, cursor, rapid.IntRange(1, 4).Draw(t, "limit"))
			parts = append(parts, page.Slots...)
			if page.Total != whole.Total {
				t.Fatalf("a page says there are %d slots, the whole answer %d", page.Total, whole.Total)
			}
			if cursor = page.NextCursor; cursor == "" {
				break
			}
			if len(page.Slots) == 0 {
				t.Fatal("a page without slots leads on")
			}
		}
		if len(parts) == 0 && len(whole.Slots) == 0 {
			return
		}
		if diff := gocmp.Diff(whole.Slots, parts); diff != "" {
			t.Fatal(diff)
		}
	})
}

// campus is a few calendars at known places, of which any slot and any whole answer may be missing at a time.
type campus struct {
	schedules []timeslot.Schedule
	present   []map[int]bool // by schedule: minutes after noon
	bookable  map[int]bool
	answers   map[int]bool // whose answer is there
}

func drawCampus(t *rapid.T) *campus {
	w := &campus{bookable: map[int]bool{}, answers: map[int]bool{}}
	for i := range rapid.IntRange(1, 6).Draw(t, "calendars") {
		s := followUp(fmt.Sprintf("90000001%02d", i/2))
		s.DepartmentID = fmt.Sprint(1 + i%3)
		s.VisitTypeID, s.VisitTypeName = fmt.Sprint(7200+i), fmt.Sprint("Visit", i)
		w.schedules = append(w.schedules, s)
		w.answers[i] = true
		w.present = append(w.present, map[int]bool{})
	}
	w.change(t, 30)
	return w
}

// change lets slots come and go, with their handles, and now and then a whole answer.
func (w *campus) change(t *rapid.T, times int) {
	for range rapid.IntRange(0, times).Draw(t, "changes") {
		i := rapid.IntRange(0, len(w.schedules)-1).Draw(t, "calendar")
		at := 60 * rapid.IntRange(1, 12).Draw(t, "hour")
		switch rapid.IntRange(0, 9).Draw(t, "what") {
		case 0:
			w.answers[i] = !w.answers[i]
		case 1, 2:
			w.bookable[i] = !w.bookable[i]
		case 3, 4, 5:
			delete(w.present[i], at)
		default:
			w.present[i][at] = true
		}
	}
}

func (w *campus) fragments() []*timeslot.Fragment {
	out := []*timeslot.Fragment{departments(
		timeslot.Department{EHRInstance: main, ID: "1", Point: &riverton}, timeslot.Department{EHRInstance: main, ID: "2", Point: &tacoma})}
	for i, s := range w.schedules {
		if !w.answers[i] {
			continue
		}
		l := list{Schedule: s}
		for at := range w.present[i] {
			slot := slot(noon.Add(minutes(at)).Unix(), 0, 0)
			if w.bookable[i] && at%120 == 0 {
				slot.ID = "handle"
			}
			l.slots = append(l.slots, slot)
		}
		out = append(out, answered(v4(s.NPI, s.VisitTypeName), 0, l))
	}
	return out
}

func identities(r *timeslot.Result) map[string]bool {
	ids := map[string]bool{}
	for i := range r.Slots {
		ids[r.Slots[i].PublicID()] = true
	}
	return ids
}

// showOnce adds what a page shows, and wants nothing of it twice.
func showOnce(t rapid.TB, shown map[string]bool, page *timeslot.Result) {
	t.Helper()
	for i := range page.Slots {
		id := page.Slots[i].PublicID()
		if shown[id] {
			t.Fatalf("%s is shown twice", id)
		}
		shown[id] = true
	}
}

// readOn reads page after page, with a pass between two, and wants every slot that is there all the time on exactly one
// page, and none on two.
func readOn(t *rapid.T, in merge.Input, pass func(*merge.Input)) {
	always, shown := identities(pageAfter(in, "", 500)), map[string]bool{}
	for cursor := ""; ; {
		page := pageAfter(in, cursor, rapid.IntRange(1, 5).Draw(t, "limit"))
		now := identities(pageAfter(in, "", 500))
		maps.DeleteFunc(always, func(id string, _ bool) bool { return !now[id] })
		showOnce(t, shown, page)
		if cursor = page.NextCursor; cursor == "" {
			break
		}
		pass(&in)
	}
	for id := range always {
		if !shown[id] {
			t.Fatalf("%+v was there all the time, and on no page", id)
		}
	}
}

// TestNothingIsSkippedAndNothingTwice while slots, handles and whole answers come and go between the pages, and time
// passes. A slot that is there all the time is on exactly one page; none is on two, also when it was away meanwhile.
func TestNothingIsSkippedAndNothingTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		world := drawCampus(t)
		profile := profiles.Draw(t, "profile")
		in := input(query(func(q *timeslot.Query) { q.Point, q.Sort = &riverton, profile }), world.fragments()...)
		readOn(t, in, func(in *merge.Input) {
			world.change(t, 6)
			in.Fragments = world.fragments()
			in.Now = in.Now.Add(minutes(rapid.IntRange(0, 40).Draw(t, "minutes passed")))
		})
	})
}

// TestBalancedPagesOutliveMovesOfDepartments: while the directory corrects positions, forgets them and is away, and
// slots, handles and whole answers come and go, no slot is on two pages, and none that stays is on none. Other orders
// promise that for slots only: a department that moves takes its slots along (docs/ranking.md).
func TestBalancedPagesOutliveMovesOfDepartments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		world := drawCampus(t)
		in := input(query(func(q *timeslot.Query) { q.Point, q.Sort = &riverton, timeslot.Balanced }), moved(t, world)...)
		in.Query.NPIs = []string{"9000000100", "9000000101", "9000000102"} // so that no radius filters
		readOn(t, in, func(in *merge.Input) {
			world.change(t, 6)
			in.Fragments = moved(t, world)
		})
	})
}

// moved is the campus with its departments somewhere, or nowhere.
func moved(t *rapid.T, world *campus) []*timeslot.Fragment {
	between := timeslot.Point{Latitude: 47.4, Longitude: -122.4}
	rest := world.fragments()[1:]
	if rapid.IntRange(0, 4).Draw(t, "directory") == 0 {
		return rest
	}
	var list []timeslot.Department
	for _, id := range []string{"1", "2", "3"} {
		list = append(list, timeslot.Department{EHRInstance: main, ID: id, Point: pick(t, nil, &riverton, &tacoma, &between)})
	}
	return append(rest, departments(list...))
}

func TestACalendarThatIsAwayForOnePageIsShownOnceItIsBack(t *testing.T) {
	in := regional(timeslot.Balanced)
	all, want, shown, cursor := in.Fragments, identities(pageAfter(in, "", 500)), map[string]bool{}, ""
	for _, step := range []struct {
		fragments []*timeslot.Fragment
		limit     int
	}{{all, 2}, {all[1:], 2}, {all, 500}} { // the first is Ann's
		in.Fragments = step.fragments
		page := pageAfter(in, cursor, step.limit)
		showOnce(t, shown, page)
		cursor = page.NextCursor
	}
	if diff := gocmp.Diff(want, shown); diff != "" {
		t.Errorf("(-all +shown):\n%s", diff)
	}
}

// readAll reads pages of 500 to the end, and gives the longest of their cursors.
func readAll(t *testing.T, in merge.Input, before func(page int, in *merge.Input)) (shown map[string]bool, pages, longest int) {
	shown = map[string]bool{}
	for cursor := ""; pages == 0 || cursor != ""; pages++ {
		before(pages, &in)
		page := pageAfter(in, cursor, 500)
		showOnce(t, shown, page)
		cursor = page.NextCursor
		longest = max(longest, len(cursor))
	}
	return shown, pages, longest
}

// TestACursorFitsItsRequest: of a large answer, after many pages, in every profile. Where it can hold no more calendars, the
// rest follows in the order of time, and every slot is on exactly one page.
func TestACursorFitsItsRequest(t *testing.T) {
	for _, tt := range []struct {
		profile          timeslot.Ranking
		fragments, slots int
		want             int // bytes at most
	}{
		{timeslot.Soonest, 200, 10_000, 150}, {timeslot.Nearest, 200, 10_000, 150},
		{timeslot.Balanced, 50, 10_000, 512}, {timeslot.Balanced, 200, 10_000, 2600}, {timeslot.Balanced, 2000, 20_000, 5500},
	} {
		t.Run(fmt.Sprint(string(tt.profile), " ", tt.fragments), func(t *testing.T) {
			if tt.fragments > 1000 {
				figure.Long(t)
			}
			in := questionOf(tt.profile, tt.fragments, tt.slots)
			shown, pages, longest := readAll(t, in, func(int, *merge.Input) {})
			if longest > tt.want || pages < 10 {
				t.Errorf("%d pages, cursors up to %d bytes, want %d", pages, longest, tt.want)
			}
			if total := pageAfter(in, "", 1).Total; len(shown) != total {
				t.Errorf("%d of %d slots shown", len(shown), total)
			}
		})
	}
}

// TestTheTailOfABalancedAnswerLosesNothingThatStays while other slots are taken underneath.
func TestTheTailOfABalancedAnswerLosesNothingThatStays(t *testing.T) {
	in := questionOf(timeslot.Balanced, 1500, 15_000)
	goes := takenFunc(func(s *timeslot.Schedule, slot *timeslot.SlotWithID) bool {
		return s.VisitTypeID == "7201" && slot.Start%(60*60) == 0
	})
	shown, _, _ := readAll(t, in, func(page int, in *merge.Input) {
		if in.Taken = nil; page%2 == 1 {
			in.Taken = goes
		}
	})
	in.Taken = goes
	if stay := pageAfter(in, "", 1).Total; len(shown) < stay {
		t.Errorf("%d shown, and %d were there all the time", len(shown), stay)
	}
}
