package app

import (
	"context"
	"fmt"
)

// Video is a virtual visit on its way.
type Video struct {
	ID      string
	phone   *Phone
	reasons []string // for which it can be cancelled
}

// VirtualCare shows how long people wait in a region, and as what they can come.
func (p *Phone) VirtualCare(ctx context.Context, region string) error {
	lists := append(many("assignmentQualifiers", "adult"), many("visitTypeNames", "virtual")...)
	lists = append(lists, pair{"practiceId", p.o.Practice})
	return together(
		func() error { return p.ask(ctx, regionWaits, question{path: []string{region}, query: lists}, nil) },
		func() error { return p.ask(ctx, qualifiers, question{}, nil) },
		func() error { return p.ask(ctx, modalities, question{}, nil) },
		func() error { return p.ask(ctx, insurers, question{path: []string{p.o.Brand}}, nil) })
}

// StartVideo makes a virtual visit in a region and enters its waiting room.
func (p *Phone) StartVideo(ctx context.Context, region string, who Patient) (*Video, error) {
	var made struct {
		VisitID string `json:"visitId"`
	}
	if err := p.ask(ctx, createVisit, question{body: videoBody(region, who, p.o.Practice)}, &made); err != nil {
		p.log(ctx, record{message: err.Error()})
		return nil, err
	}
	v := &Video{ID: made.VisitID, phone: p}
	if err := v.enter(ctx); err != nil {
		return nil, err
	}
	return v, p.ask(ctx, deviceCheck, question{path: []string{v.ID}, body: object{"techCheck": object{
		"status": "pass", "camStatus": "pass", "micStatus": "pass", "networkStatus": "pass", "mediaPermissionStatus": "pass",
	}}}, nil)
}

// enter asks for the visit's two sessions and a token for each. Without settings there are no reasons to choose from, and
// the visit goes on.
func (v *Video) enter(ctx context.Context) error {
	p := v.phone
	var sessions struct {
		TokBox struct {
			Waiting session `json:"waitingRoomSession"`
			Video   session `json:"videoConferenceSession"`
		} `json:"tokBoxVisit"`
	}
	if err := p.ask(ctx, summary, question{path: []string{v.ID}}, &sessions); err != nil {
		return err
	}
	for _, s := range []session{sessions.TokBox.Waiting, sessions.TokBox.Video} {
		if err := p.ask(ctx, sessionToken, question{path: []string{v.ID, s.ID}}, nil); err != nil {
			return err
		}
	}
	var settings struct {
		Cancel struct {
			Reasons map[string][]struct{ Value string } `json:"reasons"`
		} `json:"cancelWithReason"`
	}
	_ = p.ask(ctx, visitSettings, question{}, &settings)
	for _, r := range settings.Cancel.Reasons["en-US"] {
		v.reasons = append(v.reasons, r.Value)
	}
	return nil
}

type session struct {
	ID string `json:"sessionId"`
}

// Wait asks how long it will take, and tells the log.
func (v *Video) Wait(ctx context.Context) error {
	var got struct {
		Seconds float64 `json:"estimatedWaitTimeSeconds"`
	}
	if err := v.phone.ask(ctx, visitWait, question{path: []string{v.ID}}, &got); err != nil {
		return err
	}
	v.phone.log(ctx, record{message: "waiting room", visit: v.ID, data: object{"estimatedWaitTime": fmt.Sprint(got.Seconds)}})
	return nil
}

// Cancel leaves the waiting room for good.
func (v *Video) Cancel(ctx context.Context) error {
	reason := "OTHER"
	if len(v.reasons) > 0 {
		reason = v.reasons[0]
	}
	return v.phone.ask(ctx, cancelVideo, question{path: []string{v.ID}, body: object{"cancelReason": reason}}, nil)
}

func videoBody(region string, who Patient, practice string) object {
	return object{
		"patient": object{
			"firstName": "Pat", "lastName": "Patient", "dateOfBirth": "1990-01-31", "email": email, "gender": "male",
			"phone": phone, "address": home, "patientGuid": who.GUID,
		},
		"visitDetails": object{
			"acceptedTerms": true, "declaration": "self", "stateLicensure": region, "visitReason": "rash", "visitTypeName": "virtual",
			"practiceId": practice, "assignmentQualifiers": []string{"adult"}, "detectedLanguage": "en_US",
		},
		"billingInfo": object{"paymentMethod": "creditcard", "stripeToken": "tok_test_0001"},
	}
}
