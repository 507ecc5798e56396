package world

// In a crowded tenant a flu shot clinic has nurses with NPIs of their own, and a pool as many persons behind one NPI.
const crowd = 6

// pooled reports whether one NPI stands for all who work at such a clinic.
func (b *builder) pooled(k Kind) bool {
	return k == pooledCare || k == FluShots && !b.options.Untidy.Has(Crowded)
}

// persons is how many persons an NPI stands for.
func (b *builder) persons(k Kind) int {
	switch {
	case !b.pooled(k):
		return 1
	case b.options.Untidy.Has(Crowded):
		return crowd
	default:
		return poolSize[k]
	}
}

// dealNurses gives flu shot clinics the rest of their crowd.
func (b *builder) dealNurses(left int) int {
	if !b.options.Untidy.Has(Crowded) {
		return left
	}
	for _, dep := range b.Departments {
		if dep.Kind == FluShots {
			more := min(left, crowd-1)
			b.staff[dep] += more
			left -= more
		}
	}
	return left
}

// addSameDayHomes lets every fourth clinician, of whatever kind of clinic, work a part of each day at the city's next
// clinic of that kind.
func (b *builder) addSameDayHomes() {
	for _, city := range b.cities {
		for _, k := range []Kind{expressCare, primaryCare, FluShots} {
			b.deal(city, k, splitDay)
		}
	}
}

// splitDay keeps the time before noon at home, for clinicians who come in the afternoon the time before five, and gives
// what follows to the second department.
func splitDay(s *Schedule) shift {
	at := 12 * 60
	if s.Offer.Clinician.Offers[0].Schedules[0].from >= at {
		at = 17 * 60
	}
	away := shift{days: s.days, from: max(s.from, at), until: s.until}
	s.until = min(s.until, at)
	return away
}

// Names as people have them. The accents of some are letters of their own, those of others marks that follow a letter.
var oddNames = [...][2]string{
	{"Seán", "O’Brien"}, {"Pat", "O'Brien"}, {"José", "Núñez"}, {"Jose\u0301", "Nu\u0301n\u0303ez"}, {"Zoë", "D’Angelo-Müller"},
	{"Anne Marie", "Smith, Jr."}, {"Robert \"Bob\"", "<b>Bold</b> & Sons"}, {"Đặng", "Nguyễn"}, {"Lu\u0308der", "Bjo\u0308rk"},
	{"Maria Anunciação Constança Filomena", "von und zu Hohenlohe-Langenburg-Schillingsfürst-Waldenburg-Bartenstein-Jagstberg-Oehringen-Ingelfingen"},
	{"</script><img src=x>", "O`Neill\\"}, {"明子", "山田"},
}

// oddName is the name of the n-th of something, in a tenant with odd names: of two in three.
func (b *builder) oddName(n int) (name [2]string, odd bool) {
	if !b.options.Untidy.Has(OddNames) || n%3 == 0 {
		return name, false
	}
	return oddNames[n*2/3%len(oddNames)], true
}

var oddAnnexes = [...]string{" – Côte-d’Or", " & Söhne, Annex", " (<i>St. John's</i>)", " Cafe\u0301 \"Mitte\""}
