package acme

import (
	"fmt"
	"net/http"
	"strings"
	"time"
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
	Address           address            `json:"address"`
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

func (h *slotHandlers) describeDepartment(d *department) departmentDoc {
	doc := departmentDoc{
		DepartmentID: d.id, URLName: d.urlName, DisplayName: d.name, BrandName: d.brand, ClinicType: d.clinicType,
		IsActive: h.boolean(d.active), EHRSystemName: d.ehr.system, InstanceID: d.ehr.instanceID, Address: d.address,
		Phone: d.phone, Latitude: d.shown.latitude, Longitude: d.shown.longitude, Timezone: d.zoneText,
		SmallImageURL: "https://static.example.org/clinics/" + strings.ToLower(d.urlName) + "-small.jpg",
		Providers:     []departmentPerson{}, BillingArea: d.serviceArea,
	}
	for _, v := range d.visits {
		doc.AllowedVisitTypes = append(doc.AllowedVisitTypes,
			allowedVisitType{v.id, v.title, v.name, v.minAge, v.maxAge, v.ageUnit})
	}
	for i := range d.week {
		weekday := time.Weekday((i + 1) % 7) // from Monday
		if h := d.week[weekday]; h != (hours{}) {
			doc.OpenDays = append(doc.OpenDays,
				openDay{weekday.String(), openHours{clockTime(h.open), clockTime(h.close)}})
		}
	}
	return doc
}

// clockTime writes a minute of the day as "HH:mm:ss"; the end of the day is its last second.
func clockTime(minute int) string {
	if minute == minutesPerDay {
		return "23:59:59"
	}
	return fmt.Sprintf("%02d:%02d:00", minute/60, minute%60)
}

func (h *slotHandlers) departmentsV4(q *request) answer {
	return jsonAnswer(http.StatusOK, h.listDepartments(q))
}

// departmentsV1 is the older list, without the billing area.
func (h *slotHandlers) departmentsV1(q *request) answer {
	list := h.listDepartments(q)
	for i := range list {
		list[i].BillingArea = ""
	}
	return jsonAnswer(http.StatusOK, list)
}

func (h *slotHandlers) listDepartments(q *request) []departmentDoc {
	clinicType := clinicRetail
	if q.has("clinicType") {
		clinicType = q.get("clinicType")
	}
	out := []departmentDoc{}
	for _, d := range h.departments {
		switch {
		case q.has("brand") && !strings.EqualFold(q.get("brand"), h.options.brand()):
		case !strings.EqualFold(clinicType, d.clinicType):
		case !d.active && q.flag("onlyActive", true):
		default:
			out = append(out, h.describeDepartment(d))
		}
	}
	return out
}

// departmentInfoV4 is one department, by slug or with byId by composite identifier (docs/dexcare.md §4.2).
func (h *slotHandlers) departmentInfoV4(q *request) answer {
	d := h.byURLName[q.args[0]]
	if q.flag("byId", false) {
		d = h.byKey[q.args[0]]
	}
	if d == nil {
		return noSuchDepartment()
	}
	return h.departmentInfo(q, d)
}

// departmentInfoV1 is the older form, by slug only.
func (h *slotHandlers) departmentInfoV1(q *request) answer {
	d := h.byURLName[q.args[0]]
	if d == nil {
		return noSuchDepartment()
	}
	return h.departmentInfo(q, d)
}

func (h *slotHandlers) departmentInfo(q *request, d *department) answer {
	doc := h.describeDepartment(d)
	if q.flag("withProviders", false) {
		for _, p := range h.people[d] {
			doc.Providers = append(doc.Providers, departmentPerson{
				ProviderID: p.providerID, EMRID: p.emrID, NationalID: p.npi,
				FirstName: p.firstName, LastName: p.lastName, Credential: p.credential,
			})
		}
	}
	return jsonAnswer(http.StatusOK, doc)
}

func noSuchDepartment() answer {
	return plainError(http.StatusNotFound, `The department with the given "urlName" was not found`)
}
