package slots

import "timeslots/internal/acme/form"

// The bodies of posted reads (docs/dexcare.md §5.4, §6.2, §6.3).

// areaMembers are what all Care Options bodies but the replay may have.
var areaMembers = form.Members{
	"clinicTypes": form.List(form.Text(0)), "departmentIds": form.List(form.Text(0)), "ehrInstances": form.List(form.Text(0)),
	"gender": form.Text(0), "specialty": form.Text(0), "radius": form.Integer(1, maxRadius),
	"patient": form.Object("patientId patientIdType ehrInstance", form.Each("patientId patientIdType ehrInstance", form.Text(0))),
}

var (
	pointMembers = form.Members{"latitude": form.Number(-90, 90), "longitude": form.Number(-180, 180)}
	zipMembers   = form.Members{"postalCode": form.Text(0)}
	slotsMembers = form.Members{
		"clinicianNPIs": form.List(form.Text(0)), "startDate": form.Text(0), "endDate": form.Text(0), "visitTypeNames": form.FilledList(form.Text(0)),
		"newOrEstablishedPatient": form.Word("newPatient establishedPatient bothNewAndEstablishedPatient"),
	}
	providersMembers = form.Members{"sortBy": form.Word("nextAvailable mostAvailable"), "visitTypeNames": form.List(form.Text(0))}
)

// slotsBody is the body of a search for slots: exactly one way of saying where, or a search context.
var slotsBody = form.OneOf(
	form.Object("latitude longitude visitTypeNames", areaMembers, slotsMembers, pointMembers),
	form.Object("departmentIds visitTypeNames", areaMembers, slotsMembers, pointMembers, zipMembers),
	form.Object("postalCode visitTypeNames", areaMembers, slotsMembers, zipMembers),
	form.Object("searchContext", form.Members{"searchContext": form.Text(0)}),
)

// providersBody is the body of a search for clinicians.
var providersBody = form.OneOf(
	form.Object("latitude longitude", areaMembers, providersMembers, pointMembers),
	form.Object("departmentIds", areaMembers, providersMembers, pointMembers, zipMembers),
	form.Object("postalCode", areaMembers, providersMembers, zipMembers),
)

var searchForm = form.ClosedObject("criteriaItems", form.Members{
	"startDate": form.Text(0), "endDate": form.Text(0), "visitTypeNames": form.List(form.Text(0)),
	"criteriaItems": form.FilledList(form.ClosedObject("npi", form.Each("npi ehrInstance departmentId", form.Text(0)))),
})
