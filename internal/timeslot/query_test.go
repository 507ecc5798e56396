package timeslot

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestQueriesThatMeanTheSameAreOne(t *testing.T) {
	a := Query{NPIs: []string{"9000000025", "9000000017", "9000000025"}, VisitTypes: []string{"wellness", "Illness", "illness"}, Genders: []string{"Female"}, Patient: BothPatients, Sort: Soonest}
	b := Query{NPIs: []string{"9000000017", "9000000025"}, VisitTypes: []string{"Illness", "wellness"}, Genders: []string{"female", "FEMALE"}, Radius: DefaultRadius, Sort: Soonest}
	a.Normalize()
	b.Normalize()
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("they differ (-a +b):\n%s", diff)
	}
	if a.Canonical() != b.Canonical() {
		t.Errorf("%q\n%q", a.Canonical(), b.Canonical())
	}
}

// anyQuery draws from few values, so that equal queries are not rare.
func anyQuery(t *rapid.T, label string) Query {
	list := func(name string, of ...string) []string {
		return rapid.SliceOfN(rapid.SampledFrom(of), 0, 3).Draw(t, label+name)
	}
	q := Query{
		NPIs: list("npi", "9000000017", "9000000025"), Departments: list("department", "A", "B", "A-B"),
		VisitTypes: list("visit", "Illness", "illness", "Flu Shot"), ClinicTypes: list("clinic", "Retail", "a&b"),
		Specialties: list("specialty", "Retail", "female"), Genders: list("gender", "female", "Female"),
		EHRInstances: list("ehr", "a", "b"), Modalities: list("modality", "VIDEO", "a"),
		Patient:     rapid.SampledFrom([]PatientKind{"", NewPatient, EstablishedPatient, BothPatients}).Draw(t, label+"patient"),
		DaysOfSlots: rapid.IntRange(0, 2).Draw(t, label+"days"), Zone: rapid.SampledFrom([]string{"", "UTC", "Asia/Tokyo"}).Draw(t, label+"zone"),
		StartDate: Date(rapid.IntRange(0, 2).Draw(t, label+"start")), EndDate: Date(rapid.IntRange(0, 2).Draw(t, label+"end")),
		Radius: rapid.IntRange(1, 3).Draw(t, label+"radius"), RadiusExplicit: rapid.Bool().Draw(t, label+"explicit"),
		PostalCode: rapid.SampledFrom([]string{"", "", "98101", "98101-1234"}).Draw(t, label+"code"),
		Sort:       rapid.SampledFrom([]Ranking{Soonest, Balanced}).Draw(t, label+"sort"), Limit: rapid.IntRange(1, 2).Draw(t, label+"limit"),
		Explain: rapid.Bool().Draw(t, label+"explain"), Cursor: rapid.SampledFrom([]string{"", "", "abc"}).Draw(t, label+"cursor"),
		By: rapid.SampledFrom([]By{"", "", ByProvider, ByDepartment}).Draw(t, label+"by"),
	}
	if q.By != "" {
		q.Per = rapid.IntRange(1, 2).Draw(t, label+"per")
	}
	if rapid.Bool().Draw(t, label+"located") {
		q.Point = &Point{Latitude: float64(rapid.IntRange(-1, 1).Draw(t, label+"latitude")), Longitude: 1}
	}
	return q
}

func TestTheOrderOfValuesDoesNotSplitQueries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anyQuery(t, "q")
		b := a
		random := rand.New(rand.NewPCG(1, uint64(rapid.Uint32().Draw(t, "shuffle"))))
		for _, list := range b.lists() {
			*list = slices.Clone(*list)
			random.Shuffle(len(*list), func(i, j int) { (*list)[i], (*list)[j] = (*list)[j], (*list)[i] })
		}
		a.Normalize()
		b.Normalize()
		if a.Canonical() != b.Canonical() {
			t.Fatalf("%q\n%q", a.Canonical(), b.Canonical())
		}
	})
}

// neighbour is a query that differs from q in a few fields, if at all: in any of them alone, sooner or later.
func neighbour(t *rapid.T, q Query) Query {
	other := anyQuery(t, "other")
	from, to := reflect.ValueOf(&other).Elem(), reflect.ValueOf(&q).Elem()
	for range rapid.IntRange(0, 3).Draw(t, "fields") {
		i := rapid.IntRange(0, from.NumField()-1).Draw(t, "field")
		to.Field(i).Set(from.Field(i))
	}
	return q
}

func TestDifferentQueriesHaveDifferentTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anyQuery(t, "a")
		b := neighbour(t, a)
		a.Normalize()
		b.Normalize()
		same := cmp.Equal(meaning(a), meaning(b))
		if same != (a.Canonical() == b.Canonical()) {
			t.Fatalf("equal %v, but texts\n%q\n%q", same, a.Canonical(), b.Canonical())
		}
	})
}

func (q *Query) lists() []*[]string {
	return []*[]string{&q.NPIs, &q.Departments, &q.VisitTypes, &q.ClinicTypes, &q.Specialties, &q.Genders, &q.EHRInstances, &q.Modalities}
}

// meaning leaves out what has no effect: a radius without a place, an explicit one where it filters anyway, empty
// lists that are nil or not, and which spelling of a visit type was kept.
func meaning(q Query) Query {
	if !q.HasLocation() {
		q.Radius, q.RadiusExplicit = 0, false
	}
	if q.OnlyLocation() {
		q.RadiusExplicit = false
	}
	q.VisitTypes = lowered(q.VisitTypes)
	for _, list := range q.lists() {
		if len(*list) == 0 {
			*list = nil
		}
	}
	return q
}

func TestCanonicalTextsHoldNothingUnescaped(t *testing.T) {
	q := Query{ClinicTypes: []string{"a&b=c"}, Sort: Soonest}
	q.Normalize()
	if got := q.Canonical(); !strings.Contains(got, "clinicType=a%26b%3Dc") {
		t.Errorf("Canonical() = %q", got)
	}
}
