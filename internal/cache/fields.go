package cache

import "timeslots/internal/timeslot"

// The functions below list the text fields of the domain's structs once, for the weigher and both directions of the
// codec. Their order is part of the stored format. The results stay on the caller's stack where they are inlined.

func scheduleText(s *timeslot.Schedule) []*string {
	return []*string{
		&s.EHRInstance, &s.DepartmentID, &s.NPI, &s.ProviderID,
		&s.VisitTypeID, &s.VisitTypeName, &s.VisitTypeTitle, (*string)(&s.Modality), &s.Timezone,
	}
}

func departmentText(d *timeslot.Department) []*string {
	return []*string{
		&d.EHRInstance, &d.ID, &d.URLName, &d.Name, &d.ClinicType, &d.Timezone, &d.Phone,
		&d.Address.Line1, &d.Address.Line2, &d.Address.City, &d.Address.State, &d.Address.PostalCode,
	}
}

func providerText(p *timeslot.Provider) []*string { return []*string{&p.NPI, &p.Name, &p.Gender} }

func visitTypeText(v *timeslot.VisitType) []*string { return []*string{&v.ID, &v.Name, &v.Title} }
