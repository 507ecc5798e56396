package decode

import (
	"errors"
	"math"
	"strings"

	"timeslots/internal/fetch/scan"
	"timeslots/internal/timeslot"
)

// departments reads GET /v4/departments (v1 alike): a bare array (docs/dexcare.md §4.1).
func (b *builder) departments() error {
	if b.d.Next() != scan.Array {
		return errors.New("departments are not an array")
	}
	return b.entries(b.d, b.department)
}

// departmentInfo reads GET /v4/departments/{key}/departmentInfo: one department (docs/dexcare.md §4.2).
func (b *builder) departmentInfo() error {
	if b.d.Next() != scan.Object {
		return errors.New("department is not an object")
	}
	if err := b.department(b.d); err != nil {
		return err
	}
	if len(b.f.Departments) == 0 {
		return errors.New("department without identity")
	}
	return nil
}

func (b *builder) department(d *scan.Scanner) error {
	if len(b.f.Departments) >= maxEntries {
		return errors.New("too many departments")
	}
	dep, err := b.departmentFields(d)
	if err != nil {
		return err
	}
	if dep.EHRInstance == "" || dep.ID == "" {
		b.loseNameless("department without departmentId or ehrSystemName")
		return nil
	}
	b.f.Departments = append(b.f.Departments, dep)
	return nil
}

func (b *builder) departmentFields(d *scan.Scanner) (dep timeslot.Department, err error) {
	latitude, longitude := math.NaN(), math.NaN()
	active := timeslot.Unknown
	err = object(d, func(d *scan.Scanner, key []byte) error {
		switch string(key) {
		case "departmentId":
			return b.text(d, &dep.ID)
		case "ehrSystemName":
			return b.text(d, &dep.EHRInstance)
		case "urlName":
			return b.text(d, &dep.URLName)
		case "displayName":
			return b.text(d, &dep.Name)
		case "clinicType":
			return b.text(d, &dep.ClinicType)
		case "timezone":
			return b.text(d, &dep.Timezone)
		case "phone":
			return b.text(d, &dep.Phone)
		case "isActive":
			return b.tri(d, "isActive", &active)
		case "latitude":
			return degrees(d, &latitude, 90)
		case "longitude":
			return degrees(d, &longitude, 180)
		case "address":
			return b.address(d, &dep)
		case "allowedVisitTypes":
			return b.visitTypes(d, &dep.VisitTypes)
		case "providers":
			return b.entries(d, b.departmentProvider)
		}
		return d.Skip()
	})
	if point := place(latitude, longitude); point != nil {
		dep.Point = point
	}
	dep.Inactive = active == timeslot.No
	return dep, err
}

// departmentProvider reads a clinician of a department, who is named in parts (docs/dexcare.md §4.1).
func (b *builder) departmentProvider(d *scan.Scanner) error {
	var p timeslot.Provider
	var first, last string
	err := object(d, func(d *scan.Scanner, key []byte) error {
		switch string(key) {
		case "nationalId":
			return b.text(d, &p.NPI)
		case "firstName":
			return b.text(d, &first)
		case "lastName":
			return b.text(d, &last)
		}
		return d.Skip()
	})
	p.Name = strings.TrimSpace(first + " " + last)
	if p.NPI != "" && p.Name != "" && len(b.f.Providers) < maxEntries {
		b.f.Providers = append(b.f.Providers, p)
	}
	return err
}

// address reads an address. Care Options puts the coordinates into it and calls the code zipCode as well.
func (b *builder) address(d *scan.Scanner, dep *timeslot.Department) error {
	if d.Next() != scan.Object {
		return d.Skip()
	}
	latitude, longitude := math.NaN(), math.NaN()
	var zip string
	a := &dep.Address
	err := d.Object(func(d *scan.Scanner, key []byte) error {
		switch string(key) {
		case "line1":
			return b.text(d, &a.Line1)
		case "line2":
			return b.text(d, &a.Line2)
		case "city":
			return b.text(d, &a.City)
		case "state":
			return b.text(d, &a.State)
		case "postalCode":
			return b.text(d, &a.PostalCode)
		case "zipCode":
			return b.text(d, &zip)
		case "latitude":
			return degrees(d, &latitude, 90)
		case "longitude":
			return degrees(d, &longitude, 180)
		}
		return d.Skip()
	})
	if a.PostalCode == "" {
		a.PostalCode = zip
	}
	if point := place(latitude, longitude); point != nil {
		dep.Point = point
	}
	return err
}

// visitTypes reads allowedVisitTypes of departments and visitTypes of providers, which share their names.
func (b *builder) visitTypes(d *scan.Scanner, to *[]timeslot.VisitType) error {
	return b.entries(d, func(d *scan.Scanner) error {
		var v timeslot.VisitType
		err := object(d, func(d *scan.Scanner, key []byte) error {
			switch string(key) {
			case "visitTypeId":
				return b.text(d, &v.ID)
			case "shortName":
				return b.text(d, &v.Name)
			case "name":
				return b.text(d, &v.Title)
			}
			return d.Skip()
		})
		if len(*to) < maxEntries {
			*to = append(*to, v)
		}
		return err
	})
}

// providerInfo reads GET /v1/providers/{npi} (docs/dexcare.md §5.2): a clinician and the departments she works at.
func (b *builder) providerInfo() error {
	p := timeslot.Provider{NPI: b.read.Key.NPI}
	err := b.d.Object(func(d *scan.Scanner, key []byte) error {
		switch string(key) {
		case "name":
			return b.text(d, &p.Name)
		case "gender":
			return b.gender(d, &p.Gender)
		case "departments":
			return b.entries(d, b.providerPlace)
		case "visitTypes":
			return b.visitTypes(d, &p.VisitTypes)
		}
		return d.Skip()
	})
	if err == nil && p.Name == "" {
		err = errors.New("provider without a name")
	}
	b.f.Providers = append(b.f.Providers, p)
	return err
}

func (b *builder) providerPlace(d *scan.Scanner) error {
	if len(b.f.Departments) >= maxEntries {
		return errors.New("too many departments")
	}
	var dep timeslot.Department
	err := object(d, func(d *scan.Scanner, key []byte) error {
		switch string(key) {
		case "departmentId":
			return b.text(d, &dep.ID)
		case "epicInstanceName":
			return b.text(d, &dep.EHRInstance)
		case "name":
			return b.text(d, &dep.Name)
		case "phone":
			return b.text(d, &dep.Phone)
		case "address":
			return b.address(d, &dep)
		}
		return d.Skip()
	})
	if err == nil && dep.ID != "" && dep.EHRInstance != "" {
		b.f.Departments = append(b.f.Departments, dep)
	}
	return err
}

// gender brings the spellings F, Female, female and so on together (docs/dexcare.md §3 rule 5).
func (b *builder) gender(d *scan.Scanner, to *string) error {
	raw, err := rawText(d)
	if err != nil {
		return err
	}
	switch s := strings.ToLower(string(raw)); s {
	case "f", "female":
		*to = "female"
	case "m", "male":
		*to = "male"
	default:
		*to = b.intern([]byte(s))
	}
	return nil
}
