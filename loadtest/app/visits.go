package app

import "context"

// Visit is one of the patient's own appointments.
type Visit struct {
	ID           string `json:"id"`
	DepartmentID string `json:"departmentId"`
	System       string `json:"ehrSystemName"`
	Appointment  struct {
		SlotID string `json:"slotId"`
	} `json:"appointment"`
}

// Visits lists the patient's own, and then asks for the place of each, all at once, also where several are at one place. If
// any of these fails, the whole list does.
func (p *Phone) Visits(ctx context.Context) (list []Visit, err error) {
	if err := p.ask(ctx, ownVisits, question{query: []pair{{"status", "requested"}}}, &list); err != nil {
		return nil, err
	}
	var places []func() error
	for _, v := range list {
		places = append(places, func() error {
			key := v.System + "|" + v.DepartmentID
			return p.ask(ctx, visitPlace, question{path: []string{key}, query: []pair{{"byId", "true"}}}, nil)
		})
	}
	if err := together(places...); err != nil {
		return nil, err
	}
	return list, nil
}

// Cancel gives a visit back, for the first of the reasons that the app offers.
func (p *Phone) Cancel(ctx context.Context, visitID string) error {
	var reasons []struct {
		Code string `json:"stringCode"`
	}
	if err := p.ask(ctx, cancelReasons, question{path: []string{p.o.Brand}}, &reasons); err != nil {
		return err
	}
	reason := "other"
	if len(reasons) > 0 {
		reason = reasons[0].Code
	}
	return p.ask(ctx, cancelVisit, question{path: []string{visitID}, body: object{"reason": reason}}, nil)
}
