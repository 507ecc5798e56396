package web

import "time"

// answer is what a list shows of GET /v1/next-available (docs/interface.md §3.2).
type answer struct {
	Complete    bool
	Entries     []entry
	Providers   map[string]provider
	Departments map[string]department
	Sources     []source
}

// entry is the next times of one clinician or clinic.
type entry struct {
	NPI                  string
	DepartmentIdentifier string
	Status               string // open, none or unknown
	Count                int
	Days                 []struct {
		Date  string
		Count int
	}
	Next []slot
}

type slot struct {
	ID                   string
	SlotDateTime         time.Time
	Timezone             string
	DepartmentIdentifier string
	VisitTypeID          string
	Modality             string // INCLINIC, VIDEO, PHONE, or empty
	Booking              struct{ URL string }
}

type provider struct {
	Name        string
	Specialties []string
}

type department struct {
	Name, Timezone, Phone string
	Address               *struct{ Line1, Line2, City, State, PostalCode string }
	Distance              *float64
}

type source struct{ Key, Status string }
