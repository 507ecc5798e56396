package merge_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/merge"
	"timeslots/internal/timeslot"
)

// clinicians of the filter tests: Ann is known in full, Bob in part, of Cyd there is nothing but slots.
func town() []*timeslot.Fragment {
	annAt := with(followUp(ann), func(s *timeslot.Schedule) {
		s.ForNewPatient, s.ForEstablishedPatient, s.Modality = timeslot.No, timeslot.Yes, timeslot.InClinic
	})
	bobAt := with(followUp(bob), func(s *timeslot.Schedule) {
		s.DepartmentID, s.EHRInstance, s.ForNewPatient, s.Modality = "2", branch, timeslot.Yes, timeslot.Video
	})
	cydAt := with(followUp(cyd), func(s *timeslot.Schedule) { s.DepartmentID, s.VisitTypeID, s.VisitTypeName = "3", "7300", "New" })
	area := answered(careOptions(60), 0)
	area.Providers = []timeslot.Provider{
		{NPI: ann, Gender: "female", Specialties: []string{"Family Medicine", "Sports Medicine"}},
		{NPI: bob, Specialties: []string{"Cardiology"}},
	}
	return []*timeslot.Fragment{
		answered(v5(ann), 0, at(annAt, nine)), answered(v5(bob), 0, at(bobAt, nine)), answered(v5(cyd), 0, at(cydAt, nine)), area,
		departments(
			timeslot.Department{EHRInstance: main, ID: "1", URLName: "AcmeRiverton", ClinicType: "Primary Care", Point: &riverton},
			timeslot.Department{EHRInstance: branch, ID: "2", URLName: "AcmeTacoma", ClinicType: "Retail", Point: &tacoma}),
	}
}

func TestFilters(t *testing.T) {
	for name, tt := range map[string]struct {
		query func(*timeslot.Query)
		want  []string
	}{
		"none":                              {nil, []string{ann, bob, cyd}},
		"one clinician or another":          {func(q *timeslot.Query) { q.NPIs = []string{bob, cyd} }, []string{bob, cyd}},
		"a department":                      {func(q *timeslot.Query) { q.Departments = []string{"AcmeTacoma"} }, []string{bob}},
		"clinicians at a department":        {func(q *timeslot.Query) { q.NPIs, q.Departments = []string{ann, bob}, []string{"AcmeRiverton"} }, []string{ann}},
		"a department that nobody knows":    {func(q *timeslot.Query) { q.Departments = []string{"AcmeNowhere"} }, nil},
		"a slug is not folded":              {func(q *timeslot.Query) { q.Departments = []string{"acmetacoma"} }, nil},
		"a visit type in any case":          {func(q *timeslot.Query) { q.VisitTypes = []string{"FOLLOWUP"} }, []string{ann, bob}},
		"two visit types":                   {func(q *timeslot.Query) { q.VisitTypes = []string{"followup", "new"} }, []string{ann, bob, cyd}},
		"new patients, unknown stays":       {func(q *timeslot.Query) { q.Patient = timeslot.NewPatient }, []string{bob, cyd}},
		"established, unknown stays":        {func(q *timeslot.Query) { q.Patient = timeslot.EstablishedPatient }, []string{ann, bob, cyd}},
		"both is no filter":                 {func(q *timeslot.Query) { q.Patient = timeslot.BothPatients }, []string{ann, bob, cyd}},
		"a clinic type":                     {func(q *timeslot.Query) { q.ClinicTypes = []string{"PRIMARY care"} }, []string{ann}},
		"one of two specialties":            {func(q *timeslot.Query) { q.Specialties = []string{"cardiology", "sports medicine"} }, []string{ann, bob}},
		"a gender, unknown goes":            {func(q *timeslot.Query) { q.Genders = []string{"Female"} }, []string{ann}},
		"an EHR instance":                   {func(q *timeslot.Query) { q.EHRInstances = []string{"ORG.acme.ehr.branch"} }, []string{bob}},
		"a modality, unknown goes":          {func(q *timeslot.Query) { q.Modalities = []string{"video", "phone"} }, []string{bob}},
		"two filters narrow":                {func(q *timeslot.Query) { q.Modalities, q.Genders = []string{"inclinic"}, []string{"female"} }, []string{ann}},
		"and may leave nothing":             {func(q *timeslot.Query) { q.Modalities, q.Genders = []string{"video"}, []string{"female"} }, nil},
		"a place alone, far and unknown go": {func(q *timeslot.Query) { q.Point, q.Radius = &riverton, 20 }, []string{ann}},
		"a place alone, farther":            {func(q *timeslot.Query) { q.Point, q.Radius = &riverton, 40 }, []string{ann, bob}},
		"a place beside clinicians ranks":   {func(q *timeslot.Query) { q.Point, q.Radius, q.NPIs = &riverton, 20, []string{bob, cyd} }, []string{bob, cyd}},
		"unless the radius is named": {func(q *timeslot.Query) {
			q.Point, q.Radius, q.RadiusExplicit, q.NPIs = &riverton, 20, true, []string{ann, bob}
		}, []string{ann}},
		"a postal code nobody knows, filter": {func(q *timeslot.Query) { q.PostalCode = "98101" }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := merged(query(tt.query), town()...).Result
			var got []string
			for i := range r.Slots {
				got = append(got, r.Slots[i].Schedule.NPI)
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What an answer for another place lists counts for a postal code as far as upstream has named its distance from there.
func TestAnothersCircleServesAPostalCodeAsFarAsDistancesAreKnown(t *testing.T) {
	for name, tt := range map[string]struct {
		miles map[string]float64
		total int
	}{
		"nothing is known": {nil, 0},
		"inside":           {map[string]float64{main + "|1": 9.5}, 1},
		"outside":          {map[string]float64{main + "|1": 31}, 0},
	} {
		q := query(func(q *timeslot.Query) { q.PostalCode, q.Radius = "98101", 30 })
		f := answered(careOptions(30), 0, at(followUp(ann), nine))
		f.Distances = map[string]float64{main + "|1": 7} // from elsewhere
		out := merge.Merge(merge.Input{Query: q, Now: noon, DefaultWindow: 14, Fragments: []*timeslot.Fragment{f}, Miles: func(ehr, id string) (float64, bool) {
			miles, ok := tt.miles[timeslot.DepartmentKey(ehr, id)]
			return miles, ok
		}})
		if out.Result.Total != tt.total || out.PerFragment[0] != tt.total || tt.total == 1 && out.Result.Slots[0].Distance != 9.5 {
			t.Errorf("%s: %d slots, %d counted: %+v", name, out.Result.Total, out.PerFragment[0], out.Result.Slots)
		}
	}
}
