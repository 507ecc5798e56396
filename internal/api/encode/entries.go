package encode

import (
	"timeslots/internal/search"
	"timeslots/internal/timeslot"
)

// Entries writes the document of docs/interface.md §3.2, by the same rules as List.
func (c *Encoder) Entries(q *timeslot.Query, a *search.Answer) []byte {
	enc := c.begin(q, a)
	defer enc.slots.release()
	e := &enc.Encoder
	e.Grow(512 + len(a.Entries)*(128+640*q.Per))
	e.ObjStart()
	enc.instant("asOf", a.AsOf)
	e.FieldStart("complete")
	e.Bool(a.Complete)
	e.FieldStart("entries")
	e.ArrStart()
	for i := range a.Entries {
		enc.entry(&a.Entries[i])
	}
	e.ArrEnd()
	enc.providers(a.Providers)
	enc.departmentViews()
	enc.sources(a.Reports)
	e.ObjEnd()
	return e.Bytes()
}

func (e *document) entry(entry *timeslot.Entry) {
	e.ObjStart()
	e.text("npi", entry.NPI)
	e.text("departmentIdentifier", entry.Department)
	e.FieldStart("status")
	e.Str(string(entry.Status))
	e.FieldStart("count")
	e.Int(entry.Count)
	e.FieldStart("days")
	e.ArrStart()
	for _, day := range entry.Days {
		e.ObjStart()
		e.FieldStart("date")
		e.Str(e.dateText(day.Date))
		e.FieldStart("count")
		e.Int(day.Count)
		if day.Again > 0 {
			e.FieldStart("times")
			e.Int(day.Times())
		}
		e.ObjEnd()
	}
	e.ArrEnd()
	e.offers("next", entry.Next)
	e.ObjEnd()
}

// dateText is a day as answers write it. All subjects have the same few.
func (e *document) dateText(d timeslot.Date) string {
	text, ok := e.dates[d]
	if !ok {
		if e.dates == nil {
			e.dates = map[timeslot.Date]string{}
		}
		text = d.String()
		e.dates[d] = text
	}
	return text
}
