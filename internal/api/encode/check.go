package encode

import (
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// Check writes the document of docs/interface.md §3.5: of q only the zone counts.
func (c *Encoder) Check(q *timeslot.Query, a *search.Checked) []byte {
	enc := c.begin(q, &search.Answer{Result: &timeslot.Result{Departments: a.Departments}})
	defer enc.slots.release()
	e := &enc.Encoder
	e.Grow(512 + 800*len(a.Verdicts))
	e.ObjStart()
	enc.instant("asOf", a.AsOf)
	e.FieldStart("complete")
	e.Bool(a.Complete)
	e.FieldStart("slots")
	e.ArrStart()
	for i := range a.Verdicts {
		enc.verdict(&a.Verdicts[i])
	}
	e.ArrEnd()
	enc.providers(a.Providers)
	enc.departmentViews()
	enc.sources(a.Reports)
	e.ObjEnd()
	return e.Bytes()
}

func (e *document) verdict(v *search.Verdict) {
	e.ObjStart()
	e.required("id", v.ID)
	e.required("status", string(v.Status))
	e.instant("checkedAt", v.CheckedAt)
	if v.Offer != nil {
		e.FieldStart("slot")
		e.SetBytes(e.slots.append(e.Bytes(), v.Offer))
	}
	if v.Alternatives != nil {
		e.offers("alternatives", v.Alternatives)
	}
	e.text("reason", string(v.Reason))
	e.ObjEnd()
}
