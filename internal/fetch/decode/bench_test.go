package decode

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"
)

// v5Body makes a Provider Direct document with the given number of slots, spread over four weeks of two visit types.
func v5Body(slots int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"slots":[{"npi":"9000000017","timezone":"America/Los_Angeles","departmentId":"4100200410","departmentIdentifier":"org.acme.ehr.main|4100200410","ehrSystemName":"org.acme.ehr.main","slotsByVisitType":[`)
	start := time.Date(2030, 3, 8, 9, 0, 0, 0, time.FixedZone("", -8*3600))
	for visit := range 2 {
		if visit > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"visitTypeId":"720%d","visitTypeName":"FollowUp","visitTypeGuid":"22222222-aaaa-4bbb-8ccc-000000000203","visitTypeTitle":"Follow Up Visit","forNewPatient":false,"forEstablishedPatient":true,"isBookable":true,"scheduleDays":[`, visit)
		for i := range slots / 2 {
			if i%20 == 0 {
				if i > 0 {
					b.WriteString(`]},`)
				}
				b.WriteString(`{"date":"` + start.AddDate(0, 0, i/20).Format(time.DateOnly) + `","slotTimes":[`)
			} else {
				b.WriteByte(',')
			}
			b.WriteString(`{"duration":30,"slotDateTime":"` + start.AddDate(0, 0, i/20).Add(time.Duration(i%20)*30*time.Minute).Format(time.RFC3339) + `"}`)
		}
		b.WriteString(`]}]}`)
	}
	b.WriteString(`]}]}`)
	return b.Bytes()
}

// v5Document is the same document for encoding/json, as a yardstick in the same run.
type v5Document struct {
	Slots []struct {
		NPI, Timezone, DepartmentID, DepartmentIdentifier, EHRSystemName string
		SlotsByVisitType                                                 []struct {
			VisitTypeID, VisitTypeName, VisitTypeTitle       string
			ForNewPatient, ForEstablishedPatient, IsBookable bool
			ScheduleDays                                     []struct {
				Date      string
				SlotTimes []struct {
					Duration     int
					SlotDateTime time.Time
				}
			}
		}
	}
}

// v2Body makes a Care Direct document of some clinicians who each offer every start.
func v2Body(slots int) []byte {
	const clinicians = 8
	var b bytes.Buffer
	b.WriteString(`{"departmentId":"4100200410","startDate":"2030-03-08T00:00:00-08:00","endDate":"2030-04-05T23:59:59-07:00","timezone":"America/Los_Angeles","scheduleDays":[{"date":"2030-03-08T00:00:00-08:00","timeSlots":[`)
	start := time.Date(2030, 3, 8, 9, 0, 0, 0, time.FixedZone("", -8*3600))
	for i := range slots {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"b3BhcXVlLXNpbS1zbG90LT%010d==","providerNationalId":"90000000%02d","providerId":"P%d","departmentId":"4100200410","departmentIdentifier":"org.acme.ehr.main|4100200410",`+
			`"slotType":"PROVIDER_TIME_SLOT_TYPE","visitTypeId":"7201","duration":"30","slotDateTime":%q}`,
			i, i%clinicians, i%clinicians, start.Add(time.Duration(i/clinicians)*30*time.Minute).Format(time.RFC3339))
	}
	b.WriteString(`]}]}`)
	return b.Bytes()
}

type v2Document struct {
	Timezone, DepartmentID string
	ScheduleDays           []struct {
		TimeSlots []struct {
			ID, ProviderNationalID, ProviderID, DepartmentIdentifier, VisitTypeID, Duration string
			SlotDateTime                                                                    time.Time
		}
	}
}

func BenchmarkDecodeCareDirect(b *testing.B) {
	for _, slots := range []int{10, 100, 1000, 10_000} {
		body := v2Body(slots)
		name := strconv.Itoa(slots) + "slots"
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Decode(Read{Key: careDirectKey, FetchedAt: fetchedAt}, body); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/encoding-json", func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				var doc v2Document
				if err := json.Unmarshal(body, &doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// optionsBody makes a Care Options document: every start is offered by some of thirty clinicians at six clinics.
func optionsBody(slots int) []byte {
	const clinicians, clinics, together = 30, 6, 5
	var b bytes.Buffer
	b.WriteString(`{"slotsByVisitType":[{"visitTypeEmrId":"7201","visitTypeName":"Illness","visitTypeDisplayName":"Illness","visitTypeUuids":[],"forNewPatient":true,"forEstablishedPatient":true,"modality":"INCLINIC","scheduleDays":[{"date":"2030-03-08","slotTimes":[`)
	start := time.Date(2030, 3, 8, 9, 0, 0, 0, time.FixedZone("", -8*3600))
	for i := range slots / together {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"slotDateTime":%q,"providerOptions":[`, start.Add(time.Duration(i)*10*time.Minute).Format(time.RFC3339))
		for j := range together {
			if j > 0 {
				b.WriteByte(',')
			}
			who := (i*together + j) % clinicians
			fmt.Fprintf(&b, `{"npi":"90000000%02d","departmentEhrIdentifier":"org.acme.ehr.main|41002004%02d","duration":30}`, who, who%clinics)
		}
		b.WriteString(`]}`)
	}
	b.WriteString(`]}]}],"providers":{},"departments":{`)
	for i := range clinics {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"org.acme.ehr.main|41002004%02d":{"departmentName":"Riverton","timezone":"America/Los_Angeles","distanceFrom":%d}`, i, i)
	}
	b.WriteString(`}}`)
	return b.Bytes()
}

type optionsDocument struct {
	SlotsByVisitType []struct {
		VisitTypeEMRID, VisitTypeName string
		ScheduleDays                  []struct {
			SlotTimes []struct {
				SlotDateTime    time.Time
				ProviderOptions []struct {
					NPI, DepartmentEHRIdentifier string
					Duration                     int
				}
			}
		}
	}
}

func BenchmarkDecodeCareOptions(b *testing.B) {
	for _, slots := range []int{10, 100, 1000, 10_000} {
		body := optionsBody(slots)
		name := strconv.Itoa(slots) + "slots"
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Decode(Read{Key: optionsKey, FetchedAt: fetchedAt}, body); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/encoding-json", func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				var doc optionsDocument
				if err := json.Unmarshal(body, &doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecodeProviderDirect(b *testing.B) {
	for _, slots := range []int{10, 100, 1000, 3200, 10_000} { // 3,200 slots are about 200 KB
		body := v5Body(slots)
		name := strconv.Itoa(slots) + "slots"
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Decode(Read{Key: v5Key, FetchedAt: fetchedAt, LastDay: 22_000}, body); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/encoding-json", func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				var doc v5Document
				if err := json.Unmarshal(body, &doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
