import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0012_house_caps_to_policies'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='giftpolicy', name='one_gift_policy_for_a_reach'),
        migrations.RemoveConstraint(model_name='giftpolicy', name='gift_policy_names_its_company'),
        migrations.AlterField(
            model_name='giftpolicy',
            name='reach',
            field=models.CharField(default='company', max_length=13),
        ),
        migrations.RemoveField(model_name='giftpolicy', name='reach'),
        migrations.AlterField(
            model_name='giftpolicy',
            name='company',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='gift_policy', to='accounts.company'),
        ),
    ]
