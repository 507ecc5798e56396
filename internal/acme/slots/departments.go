package slots

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// departmentDoc is a department of the directory (docs/dexcare.md §4.1).
type departmentDoc struct {
	DepartmentID      string             `json:"departmentId"`
	URLName           string             `json:"urlName"`
	DisplayName       string             `json:"displayName"`
	BrandName         string             `json:"brandName"`
	ClinicType        string             `json:"clinicType"`
	IsActive          any                `json:"isActive"`
	EHRSystemName     string             `json:"ehrSystemName"`
	InstanceID        string             `json:"instanceId"`
	Address           world.Address      `json:"address"`
	Phone             string             `json:"phone"`
	Latitude          float64            `json:"latitude"`
	Longitude         float64            `json:"longitude"`
	Timezone          *string            `json:"timezone"`
	SmallImageURL     string             `json:"smallImageUrl"`
	AllowedVisitTypes []allowedVisitType `json:"allowedVisitTypes"`
	OpenDays          []openDay          `json:"openDays"`
	Providers         []departmentPerson `json:"providers"`
	BillingArea       string             `json:"billingServiceArea,omitempty"` // v4
}

type allowedVisitType struct {
	VisitTypeID string `json:"visitTypeId"`
	Name        string `json:"name"`
	ShortName   string `json:"shortName"`
	MinAge      int    `json:"minAge"`
	MaxAge      int    `json:"maxAge"`
	AgeUnit     string `json:"ageUnit"`
}

type openDay struct {
	Day       string    `json:"day"`
	OpenHours openHours `json:"openHours"`
}

type openHours struct {
	StartTime string `json:"startTime"`
	EndTime   string `json:"endTime"`
}

type departmentPerson struct {
	ProviderID string  `json:"providerId"`
	EMRID      string  `json:"emrId"`
	NationalID string  `json:"nationalId"`
	FirstName  string  `json:"firstName"`
	LastName   string  `json:"lastName"`
	Title      *string `json:"title"`
	Credential string  `json:"credential"`
}

func (h *Handlers) describeDepartment(d *world.Department) departmentDoc {
	doc := departmentDoc{
		DepartmentID: d.ID, URLName: d.URLName, DisplayName: d.Name, BrandName: d.Brand, ClinicType: d.ClinicType,
		IsActive: h.boolean(d.Active), EHRSystemName: d.EHR.System, InstanceID: d.EHR.InstanceID, Address: d.Address,
		Phone: d.Phone, Latitude: d.Shown.Latitude, Longitude: d.Shown.Longitude, Timezone: d.ZoneText,
		SmallImageURL: "https://static.example.org/clinics/" + strings.ToLower(d.URLName) + "-small.jpg",
		Providers:     []departmentPerson{}, BillingArea: d.ServiceArea,
	}
	for _, v := range d.Visits {
		doc.AllowedVisitTypes = append(doc.AllowedVisitTypes,
			allowedVisitType{v.ID, v.Title, v.Name, v.MinAge, v.MaxAge, v.AgeUnit})
	}
	for i := range d.Week {
		weekday := time.Weekday((i + 1) % 7) // from Monday
		if h := d.Week[weekday]; h != (world.Hours{}) {
			doc.OpenDays = append(doc.OpenDays,
				openDay{weekday.String(), openHours{clockTime(h.Open), clockTime(h.Close)}})
		}
	}
	return doc
}

// clockTime writes a minute of the day as "HH:mm:ss"; the end of the day is its last second.
func clockTime(minute int) string {
	if minute == world.MinutesPerDay {
		return "23:59:59"
	}
	return fmt.Sprintf("%02d:%02d:00", minute/60, minute%60)
}

func (h *Handlers) departmentsV4(q *wire.Request) wire.Answer {
	return wire.JSON(http.StatusOK, h.listDepartments(q))
}

// departmentsV1 is the older list, without the billing area.
func (h *Handlers) departmentsV1(q *wire.Request) wire.Answer {
	list := h.listDepartments(q)
	for i := range list {
		list[i].BillingArea = ""
	}
	return wire.JSON(http.StatusOK, list)
}

func (h *Handlers) listDepartments(q *wire.Request) []departmentDoc {
	clinicType := world.ClinicRetail
	if q.Has("clinicType") {
		clinicType = q.Get("clinicType")
	}
	out := []departmentDoc{}
	for _, d := range h.Departments {
		switch {
		case q.Has("brand") && !strings.EqualFold(q.Get("brand"), h.Options.Brand()):
		case !strings.EqualFold(clinicType, d.ClinicType):
		case !d.Active && q.Flag("onlyActive", true):
		default:
			out = append(out, h.describeDepartment(d))
		}
	}
	return out
}

// departmentInfoV4 is one department, by slug or with byId by composite identifier (docs/dexcare.md §4.2).
func (h *Handlers) departmentInfoV4(q *wire.Request) wire.Answer {
	d := h.ByURLName[q.Args[0]]
	if q.Flag("byId", false) {
		d = h.ByKey[q.Args[0]]
	}
	return h.departmentInfo(q, d)
}

// departmentInfoV1 is the older form, by slug only.
func (h *Handlers) departmentInfoV1(q *wire.Request) wire.Answer {
	return h.departmentInfo(q, h.ByURLName[q.Args[0]])
}

func (h *Handlers) departmentInfo(q *wire.Request, d *world.Department) wire.Answer {
	if d == nil {
		return noSuchDepartment()
	}
	doc := h.describeDepartment(d)
	if q.Flag("withProviders", false) {
		for _, p := range h.People[d] {
			doc.Providers = append(doc.Providers, departmentPerson{
				ProviderID: p.ProviderID, EMRID: p.EMRID, NationalID: p.NPI,
				FirstName: p.FirstName, LastName: p.LastName, Credential: p.Credential,
			})
		}
	}
	return wire.JSON(http.StatusOK, doc)
}

func noSuchDepartment() wire.Answer {
	return wire.ErrorOnly(http.StatusNotFound, `The department with the given "urlName" was not found`)
}
