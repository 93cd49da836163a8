package parsers

import "strings"

// monthName gives 1 to 12 for the name of a month in lower case, whole or cut
// to three letters; 0 for anything else.
func monthName(w string) int {
	if len(w) < 3 {
		return 0
	}
	if n, ok := months[w]; ok {
		return n
	}
	return 0
}

var months = func() map[string]int {
	all := map[string]int{"sept": 9}
	for _, list := range []string{
		"january february march april may june july august september october november december",
		"janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
		"januar februar märz april mai juni juli august september oktober november dezember",
		"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
		"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
		"gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
		"januari februari maart april mei juni juli augustus september oktober november december",
		"jan feb mar apr may jun jul aug sep oct nov dec",
	} {
		for i, name := range strings.Fields(list) {
			all[name] = i + 1
		}
	}
	return all
}()

// weekdayName gives 1 (Sunday) to 7 for the name of a weekday in lower case.
func weekdayName(w string) (int, bool) {
	n, ok := weekdays[w]
	return n, ok
}

var weekdays = func() map[string]int {
	all := map[string]int{}
	for _, list := range []string{
		"sunday monday tuesday wednesday thursday friday saturday",
		"sun mon tue wed thu fri sat", "- - tues weds thur - -", "- - - - thurs - -",
		"日曜日 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日", "日曜 月曜 火曜 水曜 木曜 金曜 土曜",
		"星期日 星期一 星期二 星期三 星期四 星期五 星期六", "周日 周一 周二 周三 周四 周五 周六", "星期天 - - - - - -",
		"일요일 월요일 화요일 수요일 목요일 금요일 토요일",
		"dimanche lundi mardi mercredi jeudi vendredi samedi",
		"sonntag montag dienstag mittwoch donnerstag freitag samstag",
		"domingo lunes martes miércoles jueves viernes sábado",
		"domingo segunda terça quarta quinta sexta sábado",
		"domenica lunedì martedì mercoledì giovedì venerdì sabato",
		"zondag maandag dinsdag woensdag donderdag vrijdag zaterdag",
	} {
		for i, name := range strings.Fields(list) {
			if name != "-" {
				all[name] = i + 1
			}
		}
	}
	return all
}()
