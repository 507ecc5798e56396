package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// answer is what a list shows of GET /v1/next-available (docs/interface.md §3.2).
type answer struct {
	Complete    bool
	Entries     []part[entry]
	Providers   map[string]part[provider]
	Departments map[string]part[department]
}

// part is a piece of an answer that costs no other when it cannot be read.
type part[T any] struct {
	value T // what could be read of it
	err   error
}

func (p *part[T]) UnmarshalJSON(text []byte) error {
	p.err = json.Unmarshal(text, &p.value)
	return nil
}

// entry is the next times of one clinician or clinic.
type entry struct {
	NPI                  string
	DepartmentIdentifier string
	Days                 []struct {
		Date         string
		Count, Times int // slots, and different times among them; 0: a replica of an older version does not say
	}
	Next []slot
}

type slot struct {
	SlotDateTime         start
	Timezone             string // may be missing, or a name that is no zone here
	DepartmentIdentifier string
	VisitTypeID          string
	VisitTypeName        string
	VisitTypeTitle       string
	Modality             string // INCLINIC, VIDEO, PHONE, or empty
	Booking              struct{ Flow, URL string }
}

// start is an instant on the clock that it was written with.
type start struct {
	time.Time
	text string // as it came
}

func (s *start) UnmarshalJSON(text []byte) (err error) {
	if err = json.Unmarshal(text, &s.text); err == nil {
		s.Time, err = time.Parse(time.RFC3339, s.text)
	}
	if err != nil {
		return fmt.Errorf("web: no start with an offset: %w", err)
	}
	_, offset := s.Zone()
	s.Time = s.In(time.FixedZone("", offset)) // not the machine's own zone, where that has the same offset
	return nil
}

type provider struct {
	Name        string
	Specialties []string
}

type department struct {
	Name, Phone string
	Address     *struct{ Line1, Line2, City, State, PostalCode string }
	Distance    *float64
}

// errNoTimes is an entry without what every entry has.
var errNoTimes = errors.New("web: an entry without times")
