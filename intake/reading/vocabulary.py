"""How people title their columns, in English, German, Italian and Russian (and a little French and Spanish).

A phrase is written folded: small letters, no accents, one blank between words. A trailing * stands for any ending of the last word.
"""

import re
import unicodedata
from functools import lru_cache

from fleetportal.core.db import fold
from intake.reading.asides import is_aside

TITLES = {
    "company.name": """vertragsnehmer; versicherungsnehmer; leasingkunde; contraente; company; company name; owner entity; entity; contracting entity; operating company; lessee name; customer; customer name; client; client name; account; account name; organization; organisation;
        organization name; organization 1 name; firm; firm name; business name; legal name; registered name; fleet customer; fleet owner; owner;
        owner name; holder; keeper; registered keeper; lessee; company owner name; legal entity; employer; company legal name; policyholder;
        firma; firmenname; firmenbezeichnung; firmierung; unternehmen; unternehmensname; kunde; kundenname; name des kunden; halter; fahrzeughalter;
        leasingnehmer; gesellschaft; organisation; auftraggeber; mandant; name der firma; name 1; arbeitgeber; firma name; betrieb;
        azienda; nome azienda; ragione sociale; denominazione; denominazione sociale; societa; nome societa; cliente; nome cliente; ditta; impresa;
        intestatario; proprietario; locatario; utilizzatore contratto; datore di lavoro; ente;
        организация; компания; название компании; название организации; наименование организации; наименование компании; наименование клиента;
        клиент; заказчик; контрагент; фирма; предприятие; владелец; собственник; лизингополучатель; юридическое лицо; юр лицо; работодатель;
        entreprise; societe; raison sociale; empresa; razon social; cliente nombre""",
    "company.id": """company id; customer id; customer no; customer number; customer code; client id; client no; client number; account id; account no; account number;
        account; organization id; company no; company number; company code; company record id; debtor no; debtor number; debitor; account c; account ref;
        kundennummer; kundennr; kunden nr; kunden id; kdnr; kd nr; debitor; debitorennummer; debitorennr; debitor nr; firmennummer; firmen id; firma id; mandantennummer;
        codice cliente; cod cliente; id cliente; numero cliente; n cliente; id azienda; codice azienda; cod azienda;
        код клиента; номер клиента; id клиента; код контрагента; ид клиента; код организации; id организации; id компании; код компании""",
    "company.domain": """company domain; company domain name; associated company domain; domain; domain name; domain des unternehmens; dominio; домен""",
    "company.vat": """vat; vat no; vat number; vat id; vat reg no; vat registration number; vatin; tax id; tax no; tax number; tin; ein; eu vat;
        ust id; ustid; ust idnr; ustidnr; ust id nr; ust idnummer; umsatzsteuer id; umsatzsteuer identifikationsnummer; umsatzsteueridentifikationsnummer; uid; uid nummer; uid nr; mwst nr;
        mwst nummer; steuernummer; steuer id;
        partita iva; p iva; piva; p i v a; part iva; codice iva; codice fiscale partita iva; p iva cod fiscale; cf piva; partita iva cliente;
        инн; инн кпп; инн организации; инн клиента; налоговый номер; numero tva; n tva; tva; cif; nif""",
    "company.parent": """parent; related company; belongs to; gehort zu; azienda collegata; связанная компания; parent company; parent account; parent id; group; holding; group name; konzern; muttergesellschaft; konzernmutter; capogruppo; gruppo;
        societa madre; холдинг; головная компания; материнская компания; группа компаний""",
    "company.flag": """is a company; is company; company flag; ist firma; ist unternehmen; e una azienda; e azienda; это компания; юрлицо""",
    "company.sector": """industry; sector; line of business; trade; branch; business sector; categories; branche; wirtschaftszweig; gewerbe; geschaftsfeld;
        settore; settore merceologico; attivita; отрасль; сфера деятельности; вид деятельности; secteur""",
    "company.employees": """employees; number of employees; no of employees; headcount; staff; employee count; mitarbeiter; mitarbeiterzahl; anzahl mitarbeiter; beschaftigte;
        dipendenti; numero dipendenti; n dipendenti; addetti; сотрудников; численность; количество сотрудников; число сотрудников; численность персонала""",
    "website": """website; web; web page; webpage; website url; web site; url; homepage; internet; web page 1; webseite; internetseite; internetadresse; sito; sito web; сайт; веб сайт""",
    "address": """address; full address; postal address; business address; company address; office address; registered office; registered address; mailing address; billing address;
        anschrift; adresse; firmenanschrift; firmenadresse; postanschrift; geschaftsadresse; rechnungsadresse; firmensitz; sitz; postadresse; geschaftsanschrift; vollstandige adresse;
        sede; sede legale; indirizzo completo; recapito; адрес; юридический адрес; почтовый адрес; фактический адрес; адрес организации; address 1 formatted; direccion""",
    "street": """street; street address; street name; address line 1; address 1; address line; address1; street 1; street and number; road; billing street; business street; work street;
        work address; company street; mailing street; address 1 street;
        strasse; str; strasse nr; strasse hausnummer; strasse und hausnummer; strasse und nr; strasse hausnr; strasse geschaftlich; hausanschrift; strasse firma;
        indirizzo; via; indirizzo sede; indirizzo cliente; indirizzo azienda; via e numero; via n; indirizzo ufficio;
        улица; улица дом; адрес улица; улица и дом; ул; rue; calle""",
    "street2": """street 2; address line 2; address 2; address2; work address 2; business street 2; suite; building; strasse 2; adresszusatz; zusatz; strasse geschaftlich 2;
        indirizzo 2; адрес 2""",
    "postcode": """zip; zip code; zipcode; postcode; post code; postal code; postal; zip postal code; billing zip postal code; billing postal code; business postal code; work zipcode; work zip code;
        mailing postal code; address 1 postal code; plz; postleitzahl; postleitzahl geschaftlich; plz firma; cap; c a p; codice postale; codice avviamento postale;
        индекс; почтовый индекс; code postal; cp; codigo postal""",
    "city": """city; town; locality; place; billing city; business city; work city; mailing city; address 1 city; city town;
        ort; stadt; wohnort; ort geschaftlich; gemeinde; firmenort; ort firma; plz ort; plz und ort; standort; sitz ort; plz stadt;
        comune; citta; localita; paese citta; cap e citta; cap citta; cap comune; citta sede; comune sede;
        город; населенный пункт; нас пункт; город организации; ville; ciudad""",
    "country": """country; country region; country code; billing country; business country region; business country; work country; mailing country; nation; address 1 country;
        land; staat; land region; land region geschaftlich; landerkennzeichen; landeskennzeichen; lkz; land code; paese; nazione; stato; страна; код страны; pays; pais""",
    "company.phone": """company phone; company main phone; company telephone; main phone; switchboard; head office phone; telefon firma; firmentelefon; telefon zentrale; zentrale; telefono azienda;
        telefono sede; centralino; телефон организации; телефон компании""",
    "phone": """tel dienstl; tel dienstlich; tel geschaftl; tel geschaftlich; tel gesch; telefon dienstl; telefon geschaftl; phone; phone no; phone number; telephone; telephone number; tel; tel no; work phone; business phone; office phone; daytime phone; phone 1 value; phone 2 value; phone 1; phone 2;
        direct dial; primary phone; business phone 2; phone work; contact phone; contact number;
        telefon; telefonnummer; telefonnr; tel nr; festnetz; rufnummer; durchwahl; telefon geschaftlich; telefon geschaftlich 2; telefon dienstlich; haupttelefon; telefon 1; telefon 2; fon;
        telefono; tel ufficio; telefono ufficio; numero di telefono; recapito telefonico; telefono fisso; n telefono; numero telefono; telefono 1; telefono 2;
        телефон; тел водителя; тел сотрудника; номер телефона; рабочий телефон; тел; телефон рабочий; контактный телефон; телефоны; telephone bureau; telefono trabajo""",
    "mobile": """моб тел; моб номер; mobile; mobile phone; mobile number; mobile phone number; cell; cell phone; cellular; mobile no; handy; mobil; mobiltelefon; mobilnummer; handynummer; mobilfunk; mobilfunknummer;
        cellulare; cell; telefono cellulare; numero cellulare; mobiltelefon 2; telefonino; мобильный; мобильный телефон; сотовый; моб телефон; сотовый телефон; моб; mobil nr; handy nr; gsm; natel; movil; portable""",
    "person.private_phone": """tel privat; tel priv; mobil privat; handy privat; тел домашний; home phone; home phone number; private phone; phone home; telefon privat; privattelefon; telefono casa; telefono privato; telefono abitazione; домашний телефон; телефон домашний""",
    "email": """email; e mail; mail; email address; e mail address; mail address; work email; business email; primary email; e mail 1 value; e mail 2 value; e mail 3 value; email 1; email 2; secondary email;
        e mail 2 address; e mail 3 address; email work; contact email; e mail adresse; emailadresse; mailadresse; e mail geschaftlich; e mail 2 adresse; e mail 3 adresse; mailadr;
        posta elettronica; indirizzo email; indirizzo e mail; indirizzo mail; email aziendale; email ufficio; e mail aziendale; indirizzo di posta elettronica;
        электронная почта; почта; эл почта; адрес электронной почты; емейл; имейл; эл адрес; courriel; correo; correo electronico""",
    "company.email": """company email; company e mail; general email; info email; firmen email; email firma; e mail firma; zentrale e mail; email azienda; email societa; почта организации; email организации""",
    "vehicle.id": """truck number; truck no; truck id; van number; van no; trailer number; bus number; fleet unit; vehicle id; vehicle no; vehicle number; unit; unit id; unit no; unit number; equipment id; equip id; equipid; equipment no; equipment number; asset id; asset no; asset number; asset tag;
        fleet no; fleet number; fleet id; public vehicle number; stock no; stock number; car id; car no; internal number; contract no; contract number; lease no; asset;
        fahrzeugnummer; fahrzeug nr; fahrzeugnr; fahrzeug id; fahrzeugid; fzg nr; fzg id; wagennummer; wagen nr; interne nummer; inventarnummer; inventar nr; vertragsnummer; vertragsnr; vertrag nr; flottennummer; leasingnummer; leasingvertragsnummer;
        id veicolo; codice veicolo; numero veicolo; n veicolo; matricola veicolo; codice mezzo; id mezzo; numero contratto; n contratto; contratto n; codice auto; matricola mezzo; numero flotta;
        id тс; код тс; номер тс; инв номер; инвентарный номер; гаражный номер; гар номер; номер договора; код автомобиля; id автомобиля""",
    "vehicle.plate": """plate; plate no; plate number; number plate; license plate; licence plate; license plate number; licence plate number; registration plate; license; license no; license number; licence no; licence number; reg; reg no; reg nr; reg number;
        registration; registration no; registration number; registration mark; vrm; vrn; tag; tag no; tag number; license tag; vehicle registration; vehicle registration number; vehicle reg;
        kennzeichen; kennz; kfz kennzeichen; kfz kz; pol kennzeichen; polizeiliches kennzeichen; amtliches kennzeichen; amtl kennzeichen; kfz kennz; kz; nummernschild; fahrzeugkennzeichen; kfz; kontrollschild; autokennzeichen; schild; kontrollschildnummer; nr schild; kfz zeichen;
        targa; targa veicolo; n targa; numero targa; targa auto; targa mezzo; targhe;
        госномер; гос номер; гос ном; государственный номер; гос знак; гос рег знак; госзнак; номерной знак; регистрационный знак; гос регистрационный знак; государственный регистрационный знак; грз; рег номер; рег знак; номер авто; номер автомобиля; номер машины; immatriculation; matricula""",
    "vehicle.vin": """vin; vin no; vin number; vin code; chassis; chassis no; chassis number; vehicle identification number; frame number; frame no; vehicle identification no;
        fin; fgstnr; fahrgestellnummer; fahrgestellnr; fahrgestell nr; fahrzeug identifizierungsnummer; fahrzeugidentifikationsnummer; fahrzeug identifikationsnummer; fahrzeugidentnummer; fahrzeug ident nr; fin nummer; vin fin; fin vin; fahrzeug ident nummer;
        telaio; n telaio; numero telaio; numero di telaio; nr telaio; codice telaio; matricola telaio;
        вин; вин код; vin код; vin номер; номер vin; идентификационный номер; номер кузова; шасси; номер шасси; идентификационный номер vin; numero de serie; numero de chasis; bastidor""",
    "vehicle.make": """make; vehicle make; car make; brand; manufacturer; mfr; mfg; make name; marke; fabrikat; hersteller; fahrzeugmarke; automarke; herst; fahrzeughersteller; marca; casa; costruttore; casa costruttrice; marca veicolo;
        марка; марка автомобиля; марка тс; марка авто; производитель; изготовитель; бренд; marque; fabricante""",
    "vehicle.model": """model; vehicle model; car model; model name; model description; modell; fahrzeugmodell; modellbezeichnung; typ modell; baureihe; handelsbezeichnung; typbezeichnung; modello; modello veicolo; versione; allestimento; tipo modello;
        модель; модель автомобиля; модель тс; модель авто; модификация; modele; modelo""",
    "vehicle.make_model": """hersteller typ; hersteller und typ; marke und typ; fabrikat und typ; hersteller und modell; make model; make and model; vehicle; car; vehicle description; make model variant; marke modell; marke und modell; fahrzeug; fahrzeugbezeichnung; hersteller modell; fahrzeugbeschreibung; marke typ; pkw; kfz; bezeichnung fahrzeug; fabrikat typ; fabrikat modell; auto;
        marca modello; marca e modello; veicolo; automezzo; autovettura; mezzo; descrizione veicolo; auto; marca tipo; vettura;
        марка модель; марка и модель; автомобиль; тс; транспортное средство; машина; авто; марка модель тс; марка модель автомобиля; наименование тс; marque modele; vehicule; vehiculo; voiture""",
    "vehicle.powertrain": """fuel; fuel type; fuel source; vehicle fuel source; powertrain; drive; engine type; propulsion; energy; kraftstoff; kraftstoffart; antrieb; antriebsart; treibstoff; motorart; energietrager;
        alimentazione; carburante; tipo alimentazione; tipo carburante; motorizzazione; топливо; вид топлива; тип топлива; тип двигателя; привод; energie; carburant; combustible""",
    "vehicle.use": """use; usage; vehicle use; personal or functional; use type; allocation type; assignment type; nutzung; nutzungsart; verwendung; fahrzeugart; nutzungstyp; verwendungszweck; uso; tipo uso; tipo assegnazione; uso veicolo; destinazione; destinazione d uso;
        использование; назначение; тип использования; вид использования""",
    "vehicle.delivered_on": """on hire; on hire date; hire start; hire start date; beginn laufzeit; laufzeit beginn; laufzeitbeginn; delivery; delivery date; delivered; delivered on; date delivered; handover; handover date; hand over date; in service; in service date; in service since; date in service; into service; start of use; start date; contract start; lease start; contract start date; lease start date; on fleet date; on fleet; acquired; acquisition date; purchase date; date of delivery; delivery day;
        auslieferung; auslieferungsdatum; lieferdatum; liefertermin; ubergabe; ubergabedatum; fahrzeugubergabe; vertragsbeginn; leasingbeginn; beginn; anschaffung; anschaffungsdatum; in betrieb seit; inbetriebnahme; ubernahme; ubernahmedatum; kaufdatum; leasing von; vertrag von; laufzeit von; nutzungsbeginn; im einsatz seit;
        consegna; data consegna; data di consegna; data ritiro; inizio contratto; data inizio; data inizio contratto; inizio noleggio; decorrenza; data messa in strada; messa in servizio; data acquisto; data inizio noleggio; decorrenza contratto; in servizio dal;
        дата ввода; дата ввода в эксплуатацию; дата выдачи; дата передачи; ввод в эксплуатацию; дата начала; дата поставки; начало лизинга; начало договора; дата приобретения; дата покупки; дата начала договора; дата получения; выдан; date de livraison; fecha de entrega""",
    "vehicle.registered_on": """first registration; first registered; registration date; date of first registration; first reg; date registered; reg date; first reg date; erstzulassung; ez; datum erstzulassung; erstzulassungsdatum; zulassung; zulassungsdatum; tag der erstzulassung; zugelassen am; ez datum; inverkehrsetzung; 1 inverkehrsetzung; 1 zulassung; 1 inv; zul datum;
        data immatricolazione; immatricolazione; data immatr; data di immatricolazione; prima immatricolazione; data prima immatricolazione; immatr; immatricolata il; дата регистрации; дата постановки на учет; первая регистрация; дата первой регистрации; поставлен на учет; date premiere immatriculation; date de mise en circulation; mise en circulation; date de 1ere mise en circulation; date 1ere immatriculation; fecha de matriculacion""",
    "vehicle.contract": """contract; contract kind; contract type; ownership; finance type; financing; lease type; acquisition type; vertragsart; finanzierung; finanzierungsart; leasing kauf; vertragstyp; eigentum; beschaffungsart; anschaffungsart;
        tipo contratto; contratto; formula; titolo; titolo di possesso; tipo di possesso; proprieta noleggio; вид договора; тип договора; форма владения; способ приобретения; тип владения""",
    "vehicle.contract_ends_on": """off hire; off hire date; hire end; hire end date; ende laufzeit; laufzeit ende; срок лизинга по; лизинг до; аренда до; contract end; contract ends; contract ends on; contract end date; end of contract; lease end; lease ends; lease end date; lease expiry; lease expires; expiry; expiry date; expiration; expiration date; lease expiration; lease expiration date; contract expiration; contract expiration date; expires; end date; contract expiry; contract expiry date; maturity; termination date; due back; planned return; rental end; end of lease; contract until; return due; off fleet due;
        vertragsende; leasingende; leasing ende; laufzeitende; ende leasing; vertragsablauf; ablaufdatum; vertrag bis; laufzeit bis; leasing bis; leasingablauf; ende der laufzeit; leasing vertragsende; ruckgabetermin; ruckgabe geplant; ende; vertragslaufzeit bis; vertrag ende; ablauf; mietende; ende vertrag; ablauf leasing; geplante ruckgabe;
        scadenza; scadenza contratto; fine contratto; data fine; data fine contratto; scadenza noleggio; fine noleggio; data scadenza; termine contratto; scadenza leasing; fine leasing; data scadenza contratto; riconsegna prevista; data fine noleggio; termine noleggio;
        дата окончания; окончание договора; окончание лизинга; срок окончания; конец договора; договор до; срок лизинга до; дата окончания договора; дата окончания лизинга; окончание; срок договора; конец лизинга; действует до; fin de contrat; fin de contrato; date de fin""",
    "vehicle.mileage_km": """odo reading; last odometer; current odo; показания спидометра; спидометр; показания счетчика; mileage; km; kilometres; kilometers; odometer; mileage km; odometer km; odo; km reading; current mileage; odometer reading; current km; km stand; kilometerstand; kmstand; stand km; laufleistung; km aktuell; aktueller km stand; aktueller kilometerstand; tacho; tachostand; kilometer; km stand aktuell;
        chilometri; km percorsi; km rilevati; chilometraggio; percorrenza; km attuali; km rilevato; lettura km; kilometraggio; percorrenza km; пробег; пробег км; текущий пробег; одометр; показания одометра; пробег на дату; kilometrage; kilometraje""",
    "vehicle.status": """status; vehicle status; car status; fleet status; contract status; lease status; fahrzeugstatus; fahrzeug status; vertragsstatus; vertrag status; stato; stato veicolo; stato contratto; состояние; статус; статус тс; статус договора""",
    "vehicle.given_back_on": """returned; returned on; return date; given back; given back on; date returned; sold on; sale date; disposal date; disposed; off fleet; off fleet date; de fleet date; out of service date; retired on; ruckgabe; ruckgabedatum; zuruckgegeben am; abgemeldet am; verkauft am; abmeldung; ausgeschieden am; abgangsdatum; verkaufsdatum; abmeldedatum; ausgemustert am;
        riconsegna; data riconsegna; restituito il; data restituzione; venduto il; data vendita; dismesso il; data dismissione; радиация; дата возврата; возвращен; дата списания; списан; дата продажи; дата выбытия; снят с учета""",
    "person.id": """таб no; табельный no; person id; contact id; contact no; employee id; employee no; employee number; driver id; staff no; staff id; user id; personnel no; personnel number; personalnummer; personalnr; personal nr; ma nr; mitarbeiternummer; mitarbeiter nr; fahrer id; fahrerid; pers nr; fahrernummer; kontakt id; kontaktnummer;
        id dipendente; matricola dipendente; codice dipendente; id conducente; matricola; id contatto; codice contatto; табельный номер; таб номер; таб n; id сотрудника; id водителя; код сотрудника; номер сотрудника; id контакта""",
    "person.name": """hauptnutzer; haupt nutzer; conducente abituale; primary contact; main contact; full name; mitarbeiter; mitarbeitername; dienstwagenfahrer; dienstwagennutzer; nutzername; lenker; lenker in; fahrzeuglenker; dipendente; assegnatario auto; сотрудник; conducteur; collaborateur; person; person name; contact; contact name; contact person; contact full name; display name; driver; driver name; drivers name; main driver; primary driver; user; user name; vehicle user; car user; user chooser; assigned to; assigned driver; assignee; allocated to; employee; employee name; driven by; main user; assigned user; company car driver; name of driver; name of user; authorised driver; attention;
        nutzer; fahrzeugnutzer; fahrer; fahrername; name fahrer; hauptfahrer; dienstwagennutzer; dienstwagenfahrer; nutzer name; name nutzer; name des fahrers; name des nutzers; verwender; zugewiesen an; zugeordnet; mitarbeitername; ansprechpartner; kontakt; kontaktperson; kontaktname; name ansprechpartner; vor und nachname; name vorname; vorname name; vorname nachname; nachname vorname; vollstandiger name; ansprechperson; berechtigter; fahrzeugfuhrer; user fahrer; fahrer nutzer; nutzer fahrer; stammfahrer; benutzer;
        utilizzatore; utente; assegnatario; conducente; autista; nome conducente; nome utilizzatore; nome autista; assegnato a; guidatore; driver; referente; contatto; persona di riferimento; nome e cognome; cognome e nome; nominativo; dipendente; nome completo; persona; cognome nome; nome cognome; conducente principale; nome referente; driver assegnatario; in uso a; fruitore;
        закреплен за; закреплена за; закреплено за; водитель; фио; ф и о; фио водителя; фио сотрудника; пользователь; ответственный; сотрудник; контактное лицо; контакт; имя водителя; полное имя; за кем закреплен; ответственное лицо; фио пользователя; фио контактного лица; основной водитель; выдан кому; закрепленный водитель; представитель; conducteur; conductor; nom complet; responsable; usuario""",
    "person.first_name": """first name; firstname; given name; forename; christian name; first; contact first name; driver first name; user first name; vorname; rufname; vorname fahrer; vorname nutzer; fahrer vorname; nutzer vorname; vorname ansprechpartner; nome di battesimo; nome utilizzatore proprio; имя; имя сотрудника; prenom; nombre""",
    "person.middle_name": """middle name; additional name; second name; weitere vornamen; zweiter vorname; secondo nome; отчество; middle initial""",
    "person.last_name": """last name; lastname; family name; surname; second surname; last; contact last name; driver last name; user last name; driver surname; nachname; familienname; zuname; nachname fahrer; nachname nutzer; fahrer nachname; nutzer nachname; nachname ansprechpartner; cognome; cognome conducente; cognome utilizzatore; фамилия; фамилия водителя; nom de famille; apellido; apellidos""",
    "person.salutation": """salutation; name prefix; prefix; honorific; mr mrs; anrede; geschlecht anrede; appellativo; titolo di cortesia; обращение; civilite; tratamiento""",
    "person.title": """academic title; akademischer titel; titel; titolo di studio; titolo; ученая степень""",
    "type": """type; typ; tipo; тип; vehicle type; fahrzeugtyp; tipo veicolo""",
    "title": """title""",
    "person.job_title": """job title; jobtitle; position; role; function; job; occupation; organization title; organization 1 title; job role; designation; funktion; beruf; stelle; tatigkeit; stellenbezeichnung; berufsbezeichnung; rolle; ruolo; mansione; qualifica; posizione; funzione; carica; incarico; должность; роль; позиция; fonction; cargo; puesto; poste""",
    "person.group": """target group; group of person; customer role; zielgruppe; kontaktart; gruppo target; gruppo di destinatari; целевая группа""",
    "person.born_on": """birthday; birth date; birthdate; date of birth; dob; born; born on; geburtstag; geburtsdatum; geb datum; geboren; geboren am; geb am; data di nascita; data nascita; compleanno; nato il; nata il; дата рождения; день рождения; др; date de naissance; fecha de nacimiento""",
    "person.birth_year": """birth year; geburtsjahr; anno di nascita; год рождения""",
    "person.birth_month": """birth month; geburtsmonat; mese di nascita; месяц рождения""",
    "person.birth_day": """birth day; tag der geburt; giorno di nascita; день рождения число""",
    "person.language": """language; locale; preferred language; sprache; korrespondenzsprache; lingua; язык; langue; idioma""",
    "drivers": """altro conducente; altro driver; altro utilizzatore; weiterer fahrer; weiterer nutzer; other driver; additional driver; further driver; second user; другой водитель; zweitnutzer; nutzer 2; driver 2; user 2; conducente 2; водитель 2; secondo utilizzatore; further drivers; other drivers; additional drivers; more drivers; second driver; secondary driver; drivers; co drivers; permitted drivers; authorised drivers; authorized drivers; weitere fahrer; zweitfahrer; fahrer 2; zusatzliche fahrer; mitfahrer; andere fahrer; weitere nutzer; berechtigte fahrer; fahrerkreis; nebenfahrer;
        altri conducenti; altri autisti; conducenti aggiuntivi; altri driver; secondo conducente; conducenti; altri utilizzatori; conducenti autorizzati; autisti;
        другие водители; прочие водители; дополнительные водители; водители; второй водитель; допущенные водители; доп водители; autres conducteurs; otros conductores""",
    "name": """name; names; nome; nom; nombre; bezeichnung; benennung; описание клиента; название; наименование; имя название; nominativo azienda""",
    "id": """id; no; nr; number; code; record id; external id; slug; key; uid no; nummer; kennung; codice; numero; cod; код; номер; ид; sap id; uuid; guid; reference; ref""",
}

# Known, and left out: the page says so instead of guessing.
IGNORED = """fax; fax number; business fax; home fax; other fax; fax geschaftlich; fax privat; weiteres fax; telefax; факс; pager; pager number; telex; isdn; callback; radio phone; car phone; autotelefon; notes; notizen; note; comment; comments;
    kommentar; bemerkung; bemerkungen; commenti; osservazioni; примечание; примечания; комментарий; colour; color; vehicle color; farbe; colore; цвет; created date; create date; last modified date; lastmodifieddate; created by id; last modified by id; system modstamp;
    owner id; company owner; contact owner; account owner; account manager; sales rep; kundenberater; betreuer; lifecycle stage; lead status; lead source; annual revenue; umsatz; fatturato; выручка; password; screen name; nickname; spitzname; soprannome; yomi name; photo; photo url; labels; group membership; e mail type; e mail display name;
    e mail 1 label; e mail 2 label; phone 1 label; phone 2 label; e mail 1 type; e mail 2 type; phone 1 type; phone 2 type; file as; suffix; name suffix; initials; is deleted; master record id; year; model year; vehicle model year; baujahr; modelljahr; anno; anno modello; год выпуска; год; department; abteilung; reparto; ufficio; отдел; подразделение; dept;
    cost center; cost centre; kostenstelle; centro di costo; мвз; price; preis; prezzo; цена; cost; kosten; costo; стоимость; in service cost; no; pos; lfd nr; lfdnr; laufende nummer; n p p; no п п; n ordine; п п; № п п; row; zeile; riga; description; beschreibung; descrizione; описание; type of address; address type; gender; geschlecht; sesso; пол;
    state; region; province; provincia; bundesland; regione; область; регион; state region; billing state province; business state; state province; county; kanton; prov; passwort; mailbox; po box; postfach; casella postale; subject; hobby; spouse; partner; children; kinder; anniversary; jahrestag; manager s name; assistant s name; government id number; sozialversicherungsnr; customer since; kunde seit; fleet size; flottengrosse; last contact; letzter kontakt;
    other phone; weiteres telefon; assistant phone; assistant s phone; telefon assistent; tty tdd phone; other street; other city; other state; other postal code; other country; weitere strasse; weiterer ort; weitere postleitzahl; gross vehicle weight; kw; ps; power; leistung; hubraum; cilindrata; мощность; co2; tyres; reifen; insurance; versicherung; assicurazione; tuv; hu; tuv faellig; tuev; next inspection; revisione; bollo; car id fuel card; tankkarte; fuel card; carta carburante;
    fuhrerschein; fuhrerscheinklasse; driving licence; driving license; driver licence; license class; patente; права; водительское удостоверение; equipment class; class; classe; klasse; klass; vehicle class; segment; auction house; medallion; taxi affiliation; wheelchair accessible; fahrzeugkategorie; categoria; категория; body; aufbau; carrozzeria; кузов; also operates; owner manager; photo id; ownership type"""

# Words that place a fact at home, at a third party or nowhere: with them "Phone" is not the phone we look for.
ELSEWHERE = frozenset(
    [
        "home",
        "private",
        "privat",
        "privata",
        "privato",
        "priv",
        "casa",
        "abitazione",
        "other",
        "weitere",
        "weiterer",
        "weiteres",
        "altro",
        "altri",
        "assistant",
        "assistants",
        "assistent",
        "assistente",
        "fax",
        "telefax",
        "spouse",
        "partner",
        "emergency",
        "notfall",
        "emergenza",
        "домашний",
        "домашняя",
        "домашнии",
        "прочий",
        "факс",
        "shipping",
        "delivery",
        "liefer",
        "lieferanschrift",
        "spedizione",
        "yomi",
        "phonetic",
        "alternate",
        "manager",
        "vorgesetzter",
        "manager's",
        "reports",
        "referred",
        "previous",
        "old",
        "alt",
        "former",
    ]
)
COMPANY_GROUPS = "customer; client; company; account; kunde; firma; unternehmen; halter; cliente; azienda; societa; intestatario; клиент; организация; компания; заказчик; владелец; контрагент"
VEHICLE_GROUPS = "vehicle; car; asset; fahrzeug; fahrzeugdaten; auto; veicolo; automezzo; mezzo; автомобиль; транспортное средство; тс; vehicle data; dati veicolo; vertrag; contract; contratto; договор"
PERSON_GROUPS = "user; driver; contact; contact person; employee; nutzer; fahrer; ansprechpartner; mitarbeiter; utilizzatore; conducente; autista; referente; assegnatario; водитель; пользователь; контактное лицо; сотрудник; ответственный"
DRIVER_WORDS = ("driver", "fahrer", "autista", "conducente", "guidatore", "водител", "driven", "conduct")
USER_WORDS = (
    "user",
    "nutzer",
    "utilizzatore",
    "assegnatario",
    "закреплен",
    "пользовател",
    "assigned",
    "zugewiesen",
    "fruitore",
    "dienstwagen",
    "chooser",
    "allocated",
    "ответственн",
)

CONTACT_WORDS = frozenset(
    ["ap", "asp", "ansprechpartner", "ansprechpartnerin", "kontakt", "kontaktperson", "referente", "contact", "контактного", "лица"]
)

# Which of several people of a row a column tells of.
ORDER = frozenset(
    [
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
        "9",
        "first",
        "primary",
        "main",
        "secondary",
        "second",
        "third",
        "alternate",
        "alternative",
        "additional",
        "other",
        "billing",
        "technical",
        "backup",
        "deputy",
        "1st",
        "2nd",
        "3rd",
        "erster",
        "zweiter",
        "dritter",
        "weiterer",
        "alternativer",
        "stellvertretender",
        "technischer",
        "principale",
        "secondario",
        "secondo",
        "terzo",
        "amministrativo",
        "tecnico",
        "alternativo",
        "основной",
        "второй",
        "третий",
        "дополнительный",
        "запасной",
    ]
)

PERIOD_WORDS = re.compile(
    r"\b(quarter|quartal|trimestre|trimestri|квартал|month|monat|mese|месяц|week|woche|kw|settimana|неделя|q[1-4]|[1-4]q|jan(uar|uary)?|feb(ruar|ruary)?|mar(ch)?|marz|apr(il)?|mai|may|juni?|june|juli?|july|aug(ust)?|sep(t|tember)?"
    r"|o[kc]t(ober)?|nov(ember)?|de[cz](ember)?|gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre|январь|февраль|март|апрель|май|июнь|июль|август|сентябрь|октябрь|ноябрь|декабрь)\b"
)
COUNT_WORDS = re.compile(
    r"\b(count|anzahl|quantity|qty|stuck|stuckzahl|numero veicoli|quantita|количество|кол во|number of vehicles|vehicles|total|totale|gesamt|bestand|units|fahrzeuge)\b"
)
TRIP_WORDS = re.compile(
    r"\b(start|end|ende|anfang|beginn|inizio|fine|начало|конец|from|to|von|bis|abfahrt|ankunft|departure|arrival|partenza|arrivo|выезд|заезд)\b"
)
DEAL_WORDS = re.compile(
    r"\b(deal|opportunity|pipeline|close date|deal stage|stage|amount|verkaufschance|chance|phase|opportunita|сделка|воронка)\b"
)

SPLIT_CAMEL = re.compile(r"(?<=[a-zа-яё0-9])(?=[A-ZА-ЯЁ])|(?<=[A-Z])(?=[A-Z][a-z])")
OF_ANOTHER = re.compile(r"(?i)[_ ]id(?=[/.][a-z])|__[cr](?![a-z])")
NO_WORD = re.compile(r"[^\w]+", re.UNICODE)
FILLERS = frozenset(
    [
        "the",
        "of",
        "der",
        "die",
        "das",
        "des",
        "dem",
        "den",
        "di",
        "del",
        "della",
        "dello",
        "dei",
        "il",
        "la",
        "lo",
        "и",
        "в",
        "на",
        "по",
        "a",
        "an",
        "and",
        "und",
        "e",
        "or",
        "oder",
        "in",
        "at",
        "zum",
        "zur",
        "c",
        "1",
        "current",
        "aktuell",
        "attuale",
    ]
)


def words_of(title: object) -> str:
    """A title as the vocabulary writes it: "BillingPostalCode" and "Kenn-⏎zeichen" become "billing postal code" and "kennzeichen"."""
    text = unicodedata.normalize("NFKC", str(title)).replace("№", " no ").replace("#", " no ").replace("USt", "Ust").replace("MwSt", "Mwst")
    text = re.sub(r"-\s*\n\s*", "", text).replace("%", " percent ")
    text = OF_ANOTHER.sub("", text)  # "driver_id/name", "Driver__r.Name": the driver's name
    text = SPLIT_CAMEL.sub(" ", text.replace("_", " "))
    return " ".join(NO_WORD.sub(" ", fold(text)).split())


def phrases(text: str) -> list[str]:
    return [" ".join(NO_WORD.sub(" ", fold(phrase)).split()) for phrase in text.split(";")]


PHRASES: dict[str, list[str]] = {}
for _key, _text in TITLES.items():
    for _phrase in phrases(_text):
        PHRASES.setdefault(_phrase, [])
        if _key not in PHRASES[_phrase]:
            PHRASES[_phrase].append(_key)
IGNORED_PHRASES = frozenset(phrases(IGNORED))
LONGEST = max(len(phrase.split()) for phrase in PHRASES)
GROUPS = {
    phrase: noun
    for noun, text in (("company", COMPANY_GROUPS), ("vehicle", VEHICLE_GROUPS), ("person", PERSON_GROUPS))
    for phrase in phrases(text)
}


@lru_cache(maxsize=4096)
def meanings(words: str) -> tuple[tuple[str, float], ...]:
    """(field or neutral word, how sure 0..1), best first, for a title in words."""
    if not words:
        return ()
    found: dict[str, float] = {}
    tokens = words.split()
    short = " ".join(token for token in tokens if token not in FILLERS) or words
    elsewhere = ELSEWHERE.intersection(tokens)
    for phrase, sure in ((words, 1.0), (short, 0.95)):
        for place, key in enumerate(PHRASES.get(phrase, ())):
            found[key] = max(found.get(key, 0), sure - place * 0.03)
    if words in IGNORED_PHRASES or short in IGNORED_PHRASES:
        found.setdefault("", 0.97 if not found else 0.5)
    if not found and (numbered := NUMBERED.match(words)):
        found.update(of_number(numbered[1]))
    if not found and not elsewhere:
        found.update(of_person(tokens) or within(short.split()) or within(tokens))  # a filler may be part of a word: e mail
        aside = [key for key in found if is_aside(key, words)]
        found = {"": 0.5} if aside else found
    return tuple(sorted(found.items(), key=lambda pair: -pair[1]))


NUMBERED = re.compile(r"^(.+?) ?([2-9])$")


def of_number(stem: str) -> dict[str, float]:
    """What the second and later of numbered columns hold: "Fahrer 2" is one more driver."""
    return {"drivers": 0.9} if "person.name" in PHRASES.get(stem, ()) else {}


def of_person(tokens: list[str]) -> dict[str, float]:
    """What a title says beside who drives or uses: "driver first" is a given name, "тел водителя" a telephone."""
    rest = [token for token in tokens if token not in CONTACT_WORDS and not token.startswith((*DRIVER_WORDS, *USER_WORDS))]
    if len(rest) == len(tokens):
        return {}
    keys = PHRASES.get(" ".join(rest)) or PHRASES.get(" ".join(token for token in rest if token not in ORDER)) or []
    return dict.fromkeys([OF_PERSON[key] for key in keys if key in OF_PERSON][:1], 0.9)


OF_PERSON = {
    "phone": "phone",
    "mobile": "mobile",
    "email": "email",
    "id": "person.id",
    "name": "person.name",
    "person.first_name": "person.first_name",
    "person.last_name": "person.last_name",
    "person.id": "person.id",
    "person.private_phone": "person.private_phone",
    "person.job_title": "person.job_title",
    "person.salutation": "person.salutation",
    "person.born_on": "person.born_on",
}

# Words that say the column is about something else than the phrase beside them ("E-mail type", "Last viewed date").
ASIDE = frozenset(
    [
        "type",
        "typ",
        "tipo",
        "label",
        "displayed",
        "angezeigter",
        "angezeigt",
        "reason",
        "bounced",
        "viewed",
        "referenced",
        "modified",
        "created",
        "source",
        "photo",
        "format",
        "yomi",
        "phonetic",
        "nickname",
        "is",
        "has",
        "count",
        "anzahl",
        "status",
        "stage",
        "type2",
        "lead",
        "opt",
        "unsubscribe",
        "bounce",
        "quality",
        "score",
        "preferred",
        "deal",
        "behorte",
        "change",
        "hardware",
        "username",
        "user1",
        "id2",
    ]
)
ALONE = frozenset(
    [
        "last",
        "first",
        "type",
        "typ",
        "tipo",
        "title",
        "account",
        "user",
        "contact",
        "holder",
        "owner",
        "group",
        "end",
        "ende",
        "beginn",
        "start",
        "tag",
        "unit",
        "reg",
        "role",
        "job",
        "place",
        "group",
        "sitz",
        "auto",
        "kontakt",
        "parent",
        "uso",
        "ente",
        "casa",
        "ablauf",
        "no",
        "nr",
        "via",
        "str",
        "tel",
        "cap",
        "mail",
        "web",
        "car",
        "use",
    ]
)


REACHED_BY = frozenset(("phone", "mobile", "email"))


def within(tokens: list[str]) -> dict[str, float]:
    """What the longest known phrase inside the title means: "Targa del veicolo aziendale" holds "targa"."""
    if ASIDE.intersection(tokens):
        return {}
    for length in range(min(len(tokens), LONGEST), 0, -1):
        spans = [" ".join(tokens[start : start + length]) for start in range(len(tokens) - length + 1)]
        spans.sort(key=lambda span: not REACHED_BY.intersection(PHRASES.get(span, ())))  # "driver mobile" is a number, not a driver
        for phrase in spans:
            keys = [] if phrase in ALONE else [key for key in PHRASES.get(phrase, ()) if key not in ("id", "name", "title", "type")]
            if len(phrase) > 2 and phrase in IGNORED_PHRASES and not keys:
                return {"": 0.4}
            if keys and (len(phrase) > 3 or phrase in ("vin", "fin", "vat", "инн", "plz", "фио")):
                share = length / len(tokens)
                return dict.fromkeys(keys, 0.35 + 0.4 * share)
    return compound(tokens)


def compound(tokens: list[str]) -> dict[str, float]:
    """What a German compound ends or begins with: "leasingfahrzeugkennzeichen"."""
    for token in tokens:
        for phrase in COMPOUNDS:
            if len(token) > len(phrase) + 2 and (token.endswith(phrase) or token.startswith(phrase)):
                return {PHRASES[phrase][0]: 0.5}
    return {}


COMPOUNDS = sorted(
    (
        phrase
        for phrase, keys in PHRASES.items()
        if len(phrase) >= 6
        and " " not in phrase
        and phrase != "status"
        and keys[0].partition(".")[0] in ("company", "vehicle", "person", "email", "phone", "mobile", "street", "city", "postcode")
    ),
    key=len,
    reverse=True,
)
