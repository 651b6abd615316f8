"""The commonest given names of our customers' countries: enough to tell by majority whether a column writes them first or last."""

from fleetportal.core.db import fold

NAMES = frozenset(
    fold(name)
    for name in """
Alexander Andreas Anna Annette Anja Barbara Bernd Bernhard Birgit Brigitte Carsten Christa Christian Christine Christoph Claudia Daniel Dieter Dirk Elisabeth Elke Erika Ernst Eva Frank Franz Friedrich Gabriele Georg
Gerhard Gertrud Günter Günther Hannah Hans Heike Heinrich Heinz Helga Helmut Henrik Herbert Holger Horst Ingrid Jan Jana Jens Joachim Johann Johannes Jonas Josef Jörg Julia Jürgen Karin Karl Katharina Katja Katrin Kerstin
Klaus Kurt Lars Lena Leon Lisa Luca Lukas Manfred Marco Maria Marie Markus Martin Martina Matthias Max Maximilian Melanie Michael Monika Moritz Nadine Nicole Nina Norbert Oliver Olaf Paul Peter Petra Philipp Rainer Ralf Renate
Robert Rolf Sabine Sandra Sarah Sebastian Silke Simone Sofia Sophie Stefan Stefanie Steffen Stephan Susanne Sven Tanja Thomas Thorsten Tim Tobias Tom Torsten Udo Ulrich Ulrike Ursula Ute Uwe Volker Walter Werner Wilhelm Wolfgang
Adriana Alberto Alessandra Alessandro Alessia Alessio Alice Andrea Angela Angelo Annalisa Antonella Antonino Antonio Arianna Aurora Beatrice Bianca Bruno Camilla Carla Carlo Caterina Cecilia Chiara Cinzia Claudio Corrado Cristian Cristina
Daniela Daniele Dario Davide Debora Diego Domenico Donatella Edoardo Elena Eleonora Elisa Emanuele Emilio Emma Enrico Enzo Ettore Eugenio Fabio Fabrizio Federica Federico Filippo Flavia Flavio Francesca Francesco Franco Gabriella Gaetano Giacomo
Gianluca Gianni Giorgia Giorgio Giovanna Giovanni Giulia Giuliano Giulio Giuseppe Giuseppina Giosuè Graziella Guido Ilaria Irene Ivan Ivo Laura Leonardo Lidia Livia Lorenzo Luciana Luciano Lucia Luigi Luisa Marcello Margherita Mariangela Marina Mario
Marta Martino Massimo Matilda Matilde Matteo Mattia Maurizio Mauro Michela Michele Milena Mirko Monica Nadia Nicola Nicoletta Ornella Paola Paolo Pasquale Patrizia Pietro Raffaele Renato Riccardo Rita Roberta Roberto Rocco Romeo Rosa Rossella
Salvatore Sara Serena Sergio Silvia Silvio Simona Sonia Stefania Stefano Teresa Tiziana Tommaso Umberto Valentina Valeria Valerio Vanessa Vincenzo Viola Vito Vittoria Vittorio Nedda Gilberto Claudio Eleanora Ferdinando Paulina Irma Tonia
James John Robert Michael William David Richard Joseph Charles Christopher Matthew Anthony Mark Donald Steven Andrew Kenneth Joshua Kevin Brian George Timothy Ronald Jason Edward Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry
Justin Scott Brandon Benjamin Samuel Gregory Patrick Jack Dennis Jerry Tyler Aaron Henry Douglas Nathan Adam Zachary Harold Kyle Carl Arthur Gerald Roger Keith Jeremy Lawrence Sean Albert Willie Jesse Ralph Bryan Bruce Louis Harry Oliver Simon
Mary Patricia Jennifer Linda Susan Jessica Karen Nancy Betty Sandra Margaret Ashley Kimberly Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Sharon Cynthia Kathleen Amy Shirley Angela Helen Brenda Pamela Emma Samantha Katherine
Christine Debra Rachel Carolyn Janet Catherine Heather Diane Ruth Julie Olivia Joyce Virginia Victoria Kelly Lauren Christina Joan Evelyn Judith Megan Cheryl Hannah Jacqueline Gloria Teresa Grace Jean Alice Judy Jane Jill June Lucy Fiona Claire
Александр Алексей Алина Алла Анастасия Анатолий Андрей Анна Антон Антонина Аркадий Артем Борис Вадим Валентин Валентина Валерий Валерия Варвара Василий Вера Вероника Виктор Виктория Виталий Владимир Владислав Вячеслав Галина Геннадий Георгий Глеб Григорий
Дарья Денис Дмитрий Евгений Евгения Егор Екатерина Елена Елизавета Жанна Зинаида Зоя Иван Игорь Илья Инна Ирина Капитон Кирилл Клавдия Константин Кристина Ксения Лариса Лев Леонид Лидия Любовь Людмила Максим Маргарита Марина Мария Михаил Надежда
Наталья Нина Никита Николай Оксана Олег Ольга Павел Петр Полина Раиса Роман Руслан Светлана Семен Сергей Софья Станислав Степан Тамара Татьяна Тимофей Тимур Ульяна Федор Эдуард Элеонора Юлия Юрий Яков Ярослав Яна Нонна Трофим
Alexei Andrei Boris Dmitri Igor Ivan Natalia Nikolai Oleg Olga Pavel Sergei Svetlana Tatiana Vladimir Yuri Ahmed Ali Fatima Mohamed Mohammed Mehmet Mustafa Ayse Omar Yusuf
""".split()
)
