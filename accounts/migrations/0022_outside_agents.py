from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0021_reason_given'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='centre',
            options={'ordering': ['name'], 'permissions': [('meet_customers', 'Find companies and people, log interactions'), ('see_customers', 'See complete dossiers, lists, timelines and reports'), ('serve_customers', 'Edit companies and people; manage tasks, meetings, contact rounds and imports'), ('call', 'Call in the contact rounds they are given'), ('see_value', 'See turnover, margin and what a tier is based on'), ('see_private', 'See private telephone number, date of birth and family'), ('record_consent', 'Record consent'), ('run_events', 'Create and publish events'), ('invite', 'Invite people'), ('check_in', 'Check guests in'), ('hand_out', 'Hand out gifts'), ('redeem', 'Redeem vouchers'), ('undo_redemption', 'Undo a redemption'), ('approve_gift', 'Approve gifts'), ('export', 'Export lists'), ('run_campaigns', 'Run campaigns'), ('run_programmes', 'Run voucher programmes'), ('edit_pages', 'Edit pages'), ('administer', 'Manage users, roles, centres and rules')], 'verbose_name': 'centre', 'verbose_name_plural': 'centres'},
        ),
    ]
