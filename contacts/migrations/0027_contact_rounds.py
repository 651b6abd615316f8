import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0022_outside_agents'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contacts', '0026_locations_and_texts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ContactRound',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('goal', models.CharField(help_text='In one sentence. Only the caller sees it.', max_length=300, verbose_name='what it is for')),
                ('channel', models.CharField(choices=[('phone', 'Telephone'), ('in_person', 'In person')], default='phone', max_length=9, verbose_name='channel')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(verbose_name='until')),
                ('calls_a_day', models.PositiveSmallIntegerField(default=12, verbose_name='contacts a day for each person')),
                ('state', models.CharField(choices=[('planned', 'planned'), ('running', 'running'), ('paused', 'paused'), ('closed', 'finished')], default='planned', max_length=7, verbose_name='state')),
                ('opening', models.TextField(blank=True, max_length=1000, verbose_name='how the call begins')),
                ('script', models.JSONField(default=list)),
                ('summary', models.TextField(blank=True, max_length=2000, verbose_name='summary')),
                ('planned_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('closed_at', models.DateTimeField(editable=False, null=True)),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contact_rounds', to='accounts.centre', verbose_name='centre')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contact_rounds', to=settings.AUTH_USER_MODEL, verbose_name='led by')),
            ],
            options={
                'verbose_name': 'contact round',
                'verbose_name_plural': 'contact rounds',
                'permissions': [('call_round', 'Call in this contact round')],
            },
        ),
        migrations.CreateModel(
            name='ContactRoundUserPermission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='callers', to='contacts.contactround')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Stop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.CharField(choices=[('decision_maker', 'Decision-maker'), ('user', 'User'), ('driver', 'Driver')], max_length=14)),
                ('order', models.PositiveIntegerField()),
                ('day', models.DateField(null=True)),
                ('rule', models.CharField(blank=True, max_length=40)),
                ('facts', models.JSONField(default=dict)),
                ('reason_key', models.CharField(blank=True, max_length=140)),
                ('state', models.CharField(choices=[('open', 'to call'), ('done', 'done'), ('left_out', 'left out')], default='open', max_length=8)),
                ('why', models.CharField(blank=True, max_length=20)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('outcome', models.CharField(blank=True, choices=[('reached', 'reached'), ('not_reached', 'not reached'), ('left_word', 'left a message'), ('wants_meeting', 'wants a meeting'), ('not_interested', 'not interested'), ('wrong_number', 'wrong number'), ('complained', 'complained')], max_length=14)),
                ('answers', models.JSONField(default=dict)),
                ('done_at', models.DateTimeField(null=True)),
                ('assigned_to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stops', to=settings.AUTH_USER_MODEL)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stops', to='accounts.company')),
                ('contact_round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stops', to='contacts.contactround')),
                ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('interaction', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='contacts.interaction')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='stops', to='contacts.person')),
            ],
            options={
                'verbose_name': 'stop',
                'verbose_name_plural': 'stops',
            },
        ),
        migrations.AddIndex(
            model_name='contactround',
            index=models.Index(fields=['centre', 'state', 'ends_on'], name='round_by_centre'),
        ),
        migrations.AddConstraint(
            model_name='contactround',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='round_ends_after_start'),
        ),
        migrations.AlterUniqueTogether(
            name='contactrounduserpermission',
            unique_together={('user', 'permission', 'content_object')},
        ),
        migrations.AddIndex(
            model_name='stop',
            index=models.Index(fields=['contact_round', 'day', 'order'], name='stop_in_order'),
        ),
        migrations.AddIndex(
            model_name='stop',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['assigned_to', 'day'], name='stop_open_by_caller'),
        ),
        migrations.AddIndex(
            model_name='stop',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['company'], name='stop_open_by_company'),
        ),
        migrations.AddConstraint(
            model_name='stop',
            constraint=models.UniqueConstraint(fields=('contact_round', 'person'), name='one_stop_of_a_person_in_a_round'),
        ),
        migrations.AddConstraint(
            model_name='stop',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('person',), name='one_open_stop_of_a_person'),
        ),
        migrations.AddConstraint(
            model_name='stop',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'open'), _negated=True), models.Q(('assigned_to__isnull', False), ('day__isnull', False)), _connector='OR'), name='open_stop_is_planned'),
        ),
    ]
